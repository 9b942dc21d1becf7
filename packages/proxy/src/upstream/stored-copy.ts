/**
 * `*_store`: a copy of an answer becomes a file. It is written beside its place, under a name that begins with a dot, and moved
 * there when the answer is whole; what is cut short, or is no 200, is not kept. The answer does not wait for it, and when the
 * system does not let it be written that is logged.
 */
import { closeSync, fchmodSync, mkdirSync, openSync, renameSync, unlinkSync, utimesSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { ResponseHead } from '@trivet/http1'
import { filePath, systemPath } from '../http/files.ts'
import type { Request } from '../http/request.ts'
import { httpTime } from '../http/time.ts'
import { writeWhole } from '../http/write-whole.ts'
import { systemErrorText } from '../language/system-error.ts'
import type { StoreSettings } from './store-settings.ts'

let counter = 0

/** A copy that is being made. */
export class StoredCopy {
  readonly #request: Request
  readonly #target: string
  readonly #draft: string
  /** -1 of an answer that does not tell. */
  readonly #length: number
  /** Seconds since 1970; not a number when the answer does not tell. */
  readonly #modified: number
  #fd: number | undefined
  #size = 0

  private constructor(request: Request, target: string, head: ResponseHead, mode: number) {
    this.#request = request
    this.#target = target
    this.#draft = `${dirname(target)}/.${basename(target)}.${process.pid}.${++counter}`
    this.#length = head.contentLength ?? -1
    this.#modified = httpTime(head.headers.get('last-modified') ?? '')
    this.#try('open', () => {
      // Who may read files may look into their folders.
      mkdirSync(systemPath(dirname(target)), { recursive: true, mode: mode | 0o700 | ((mode & 0o444) >> 2) })
      this.#fd = openSync(systemPath(this.#draft), 'wx', mode)
      // Whatever the mask of the process is.
      fchmodSync(this.#fd, mode)
    })
  }

  /** Begins a copy; undefined for an answer that is not to be kept. */
  static begin(request: Request, settings: StoreSettings, head: ResponseHead): StoredCopy | undefined {
    if (head.status !== 200 || request.method === 'HEAD') return undefined
    const { path, prefix, mode } = settings
    const target = path === undefined ? filePath(request, request.uri) : resolve(prefix, path.read(request))
    return target.includes('\0') || target.endsWith('/') ? undefined : new StoredCopy(request, target, head, mode)
  }

  /** A piece of the body. */
  write(chunk: Uint8Array): void {
    const fd = this.#fd
    if (fd === undefined) return
    this.#size += chunk.length
    this.#try('write', () => writeWhole(fd, chunk))
  }

  /** The answer is whole. */
  keep(): void {
    const fd = this.#fd
    if (fd === undefined) return
    if (this.#length >= 0 && this.#length !== this.#size) {
      this.drop()
      return
    }
    this.#try('rename', () => {
      if (this.#modified > 0) utimesSync(systemPath(this.#draft), this.#modified, this.#modified)
      renameSync(systemPath(this.#draft), systemPath(this.#target))
      this.#fd = undefined
      closeSync(fd)
    })
  }

  /** It is not wanted, or not whole. */
  drop(): void {
    const fd = this.#fd
    if (fd === undefined) return
    this.#fd = undefined
    closeSync(fd)
    unlinkSync(systemPath(this.#draft))
  }

  #try(what: string, act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#request.log(
        'crit',
        `${what}() "${this.#target}" failed (${systemErrorText(error as NodeJS.ErrnoException)}) while storing an answer`,
      )
      this.drop()
    }
  }
}
