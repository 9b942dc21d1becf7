/**
 * Contents of the files that are asked for again and again, so that such a request costs one stat(2) instead of open,
 * fstat, read and close, and large ones are not copied out of the kernel each time (Node has no sendfile(2)).
 *
 * What is served is always what open(2) would have found: an entry holds only while device, inode, size, mtime and ctime
 * are those it was read with, and they are looked at again in each millisecond that has a request. A file that was
 * changed less than two seconds before it was read is not kept, as a second change might leave its times as they are.
 */
import { readSync, statSync, type Stats } from 'node:fs'
import { httpDate } from '@trivet/http1'
import type { CoreSettings } from '../model/core-settings.ts'
import { systemPath } from './files.ts'

/** Bytes of files that one worker keeps. */
const fileCacheSize = 32 * 1024 * 1024
/** The largest file that is kept: several must fit, and a larger one takes its time on the network anyway. */
export const largestCachedFile: number = 2 * 1024 * 1024
/** Together with a head it is less than the 16 KiB that Node writes from its stack. */
const largestText = 8 * 1024
/** Milliseconds after which a file's times tell any further change: the coarsest file systems count in two seconds. */
const settled = 2000
/** Paths remembered as asked for once; then they are forgotten together. */
const maxSeen = 4096

/** A file as it was read. */
export interface CachedFile {
  /** Of a small file a byte string: it leaves with the head as one string, which Node writes without a buffer. */
  readonly content: Buffer | string
  readonly stats: Stats
  /** Seconds since 1970. */
  readonly modified: number
  readonly lastModified: string
  readonly etag: string
  /** When `stats` were last compared with the file's, in milliseconds since 1970. */
  checked: number
  /** Its MIME type in the place it was served in last. */
  type: { readonly core: CoreSettings; readonly text: string } | undefined
  /** Answers that are being sent from `content`, for as long as a slow client takes: it cannot make room by leaving. */
  users: number
}

/** `Last-Modified` and `ETag` of a file, as nginx makes them. */
export function validators(stats: Stats): Pick<CachedFile, 'modified' | 'lastModified' | 'etag'> {
  const modified = Math.floor(stats.mtimeMs / 1000)
  const etag = `"${modified.toString(16)}-${stats.size.toString(16)}"`
  return { modified, lastModified: httpDate(modified * 1000), etag }
}

/** The cache of one worker. */
export class FileCache {
  readonly #capacity: number
  readonly #files = new Map<string, CachedFile>()
  readonly #seen = new Set<string>()
  #size = 0

  constructor(capacity: number = fileCacheSize) {
    this.#capacity = capacity
  }

  /** Bytes kept. */
  get size(): number {
    return this.#size
  }

  /** The file at `path` if it is kept and has not changed. `now` is the request's time, in milliseconds since 1970. */
  find(path: string, now: number): CachedFile | undefined {
    const file = this.#files.get(path)
    if (file === undefined) return undefined
    if (file.checked === now) return file
    if (!isUnchanged(path, file.stats)) {
      this.#forget(path, file)
      return undefined
    }
    file.checked = now
    return file
  }

  /** Reads an open file into the cache when it is asked for again; undefined when it is not to be kept. */
  keep(path: string, fd: number, stats: Stats, now: number): CachedFile | undefined {
    const { size } = stats
    if (size > largestCachedFile || now - Math.max(stats.mtimeMs, stats.ctimeMs) < settled) return undefined
    if (!this.#seen.delete(path)) {
      if (this.#seen.size >= maxSeen) this.#seen.clear()
      this.#seen.add(path)
      return undefined
    }
    if (!this.#makeRoom(size)) return undefined
    const bytes = Buffer.allocUnsafeSlow(size)
    if (size > 0 && readSync(fd, bytes, 0, size, 0) < size) return undefined
    const content = size <= largestText ? bytes.toString('latin1') : bytes
    const file: CachedFile = { content, type: undefined, stats, ...validators(stats), checked: now, users: 0 }
    this.#files.set(path, file)
    this.#size += size
    return file
  }

  /** Lets go what was read longest ago, but nothing that is being sent. */
  #makeRoom(size: number): boolean {
    for (const [path, file] of this.#files) {
      if (this.#size + size <= this.#capacity) break
      if (file.users === 0) this.#forget(path, file)
    }
    return this.#size + size <= this.#capacity
  }

  #forget(path: string, file: CachedFile): void {
    this.#files.delete(path)
    this.#size -= file.content.length
  }
}

function isUnchanged(path: string, before: Stats): boolean {
  let now: Stats | undefined
  try {
    now = statSync(systemPath(path), { throwIfNoEntry: false })
  } catch {
    return false // open(2) will meet the same error, and report it
  }
  return (
    now !== undefined &&
    now.ino === before.ino &&
    now.size === before.size &&
    now.mtimeMs === before.mtimeMs &&
    now.ctimeMs === before.ctimeMs &&
    now.dev === before.dev
  )
}
