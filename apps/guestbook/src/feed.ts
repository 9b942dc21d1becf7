/**
 * New entries as they come, whichever process wrote them. A commit changes the database's write-ahead log, so the
 * folder is watched; a slow look at the database covers file systems that report no changes. Nothing runs while nobody
 * reads.
 */
import { type FSWatcher, watch } from 'node:fs'
import type { Entry, EntryStore } from './entry-store.ts'

type Reader = (entry: Entry) => void

/** Milliseconds between two looks when the file system is silent. */
const slowLook = 1000
/** Missed entries a newcomer is told; who was away longer loads the page again. */
const mostMissed = 100

export class Feed {
  readonly #entries: EntryStore
  readonly #folder: string
  readonly #readers = new Set<Reader>()
  #last = 0
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(entries: EntryStore, folder: string) {
    this.#entries = entries
    this.#folder = folder
  }

  /** How many read along in this process. */
  get readers(): number {
    return this.#readers.size
  }

  /** Calls `reader` for each entry after `last` (by default: after now), in order; returns how to stop. */
  subscribe(reader: Reader, last?: number): () => void {
    if (this.#readers.size === 0) this.#start()
    this.look() // so that the others' place and the newcomer's are the same
    if (last !== undefined && last < this.#last) {
      for (const entry of this.#entries.since(Math.max(last, this.#last - mostMissed))) reader(entry)
    }
    this.#readers.add(reader)
    return () => {
      if (this.#readers.delete(reader) && this.#readers.size === 0) this.#stop()
    }
  }

  /** Hands on what is new. */
  look(): void {
    for (;;) {
      const fresh = this.#readers.size > 0 ? this.#entries.since(this.#last) : []
      if (fresh.length === 0) return
      for (const entry of fresh) {
        this.#last = entry.id
        for (const reader of this.#readers) reader(entry)
      }
    }
  }

  close(): void {
    this.#readers.clear()
    this.#stop()
  }

  #start(): void {
    this.#last = this.#entries.totals().last
    this.#timer = setInterval(() => this.look(), slowLook).unref()
    try {
      this.#watcher = watch(this.#folder, { persistent: false }, (_event, file) => {
        if (file?.endsWith('-wal') !== false) this.look()
      })
      this.#watcher.on('error', () => this.#watcher?.close()) // the slow look goes on
    } catch (error) {
      // The system has no more watches to give: the slow look has to do.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }

  #stop(): void {
    this.#watcher?.close()
    this.#watcher = undefined
    clearInterval(this.#timer)
  }
}
