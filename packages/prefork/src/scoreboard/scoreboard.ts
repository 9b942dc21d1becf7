import { closeSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { recordSize } from './layout.ts'
import { readRecord, type WorkerRecord } from './record.ts'

/** A worker's place in the file. */
export interface RecordPlace {
  /** Bytes. */
  readonly offset: number
  readonly cores: number
}

/** The master's end of the scoreboard: it gives out places, zeroed, and reads the whole file at once. */
export class Scoreboard {
  readonly path: string
  readonly #fd: number
  #size = 0
  /** Places that nobody has at present, by their size: a record is never shared, not even by two generations. */
  readonly #free = new Map<number, number[]>()

  /** Makes the file, mode 0600. */
  constructor(path: string) {
    this.path = path
    this.#fd = openSync(path, 'wx+', 0o600)
  }

  /** A record of zeros; the file grows when none is free. */
  allocate(cores: number): RecordPlace {
    const size = recordSize(cores)
    const offset = this.#free.get(size)?.pop() ?? this.#size
    writeSync(this.#fd, Buffer.alloc(size), 0, size, offset)
    this.#size = Math.max(this.#size, offset + size)
    return { offset, cores }
  }

  /** Its worker is gone. */
  release({ offset, cores }: RecordPlace): void {
    const size = recordSize(cores)
    const free = this.#free.get(size) ?? []
    free.push(offset)
    this.#free.set(size, free)
  }

  /** What the workers say now, for these places in their order. */
  read(places: readonly RecordPlace[]): readonly WorkerRecord[] {
    const bytes = Buffer.alloc(Math.min(this.#size, fstatSync(this.#fd).size))
    const length = readSync(this.#fd, bytes, 0, bytes.length, 0)
    return places.map(({ offset, cores }) => readRecord(bytes.subarray(0, length), offset, cores))
  }

  close(): void {
    closeSync(this.#fd)
    rmSync(this.path, { force: true })
  }
}
