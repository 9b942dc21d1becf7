import { coreFields, coreSize, headerFields, headerSize, recordStates, requestOffset, requestSize } from './layout.ts'
import type { RecordState } from './layout.ts'

/** What one core of a worker is doing. */
export interface CoreRecord {
  /** When the current request began, in milliseconds since 1970; 0: idle. */
  readonly started: number
  readonly requests: number
  /** Milliseconds since 1970; 0: no limit. */
  readonly deadline: number
  /** `METHOD /path`, printable. */
  readonly request: string
}

/** A worker's record as its master reads it: whole numbers from 0 on, whatever the worker wrote. */
export type WorkerRecord = Readonly<Record<Exclude<keyof typeof headerFields, 'state'>, number>> & {
  readonly state: RecordState
  readonly cores: readonly CoreRecord[]
}

/** Reads a record; bytes that are missing or make no sense count as 0. */
export function readRecord(bytes: Uint8Array, offset: number, cores: number): WorkerRecord {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const number = (at: number): number => (at + 8 > view.byteLength ? 0 : sane(view.getFloat64(at, true)))
  const field = (index: number): number => number(offset + index * 8)
  const header = Object.fromEntries(Object.entries(headerFields).map(([name, index]) => [name, field(index)]))
  const cells = Array.from({ length: cores }, (_, index): CoreRecord => {
    const at = offset + headerSize + index * coreSize
    return {
      started: number(at + coreFields.started * 8),
      requests: number(at + coreFields.requests * 8),
      deadline: number(at + coreFields.deadline * 8),
      request: readText(bytes, at + requestOffset),
    }
  })
  return {
    ...(header as Record<keyof typeof headerFields, number>),
    state: stateOf(field(headerFields.state)),
    cores: cells,
  }
}

function sane(value: number): number {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.trunc(value) : 0
}

function stateOf(value: number): RecordState {
  return recordStates[value] ?? 'none'
}

function readText(bytes: Uint8Array, at: number): string {
  const length = Math.min((bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256, requestSize)
  const text = Buffer.from(bytes.subarray(at + 2, at + 2 + length)).toString('latin1')
  // It goes into logs: nothing in it may end a line or move a terminal's cursor.
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?')
}
