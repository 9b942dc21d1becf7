/**
 * Pictures as files named by the SHA-256 of their content: the same picture is kept once, a name never changes its
 * content, so browsers may keep it for good, and nothing of a visitor's file name reaches the file system.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, openAsBlob } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type PictureType, pictureTypes, sniffPicture } from './picture-type.ts'

/** Bytes a picture may have. */
export const largestPicture: number = 24 * 1024 * 1024

/** A picture, ready to be sent. */
export interface Picture {
  readonly type: PictureType
  readonly content: Blob
}

export class PictureStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
  }

  /** Keeps a picture and returns its file name, or undefined when the bytes are no picture. */
  async add(bytes: Uint8Array): Promise<string | undefined> {
    const type = sniffPicture(bytes)
    if (type === undefined) return undefined
    const name = `${createHash('sha256').update(bytes).digest('hex')}.${type.extension}`
    const file = join(this.#folder, name)
    if (existsSync(file)) return name
    // Written aside and renamed: no reader ever meets half a picture.
    const draft = join(this.#folder, `.${process.pid}-${crypto.randomUUID()}`)
    await writeFile(draft, bytes, { flag: 'wx' })
    await rename(draft, file)
    return name
  }

  /** The picture of that name; undefined when there is none. */
  async get(name: string): Promise<Picture | undefined> {
    const [, extension] = /^[0-9a-f]{64}\.([a-z]+)$/.exec(name) ?? []
    const type = pictureTypes.find((candidate) => candidate.extension === extension)
    if (type === undefined) return undefined
    const file = join(this.#folder, name)
    return existsSync(file) ? { type, content: await openAsBlob(file, { type: type.mime }) } : undefined
  }
}
