import { ApiError, type Value } from './value.ts'

/** What a process is: workers serve requests, mules and spoolers work beside them; a zygote is what workers are forked from. */
export type Role = 'worker' | 'mule' | 'spooler' | 'zygote'

/** One connection of a process that calls. */
export interface Caller {
  readonly role: Role
  /** From 1: the worker's, mule's or spooler's number. */
  readonly number: number
  /** Which load of the application it belongs to; grows with each reload. */
  readonly epoch: number
  /** Tells it something unasked; false when it does not read, and the event is lost. */
  push(event: Value): boolean
  /** Runs once, when the connection has gone; returns how to forget it before. */
  onGone(action: () => void): () => void
}

/** A call: its arguments as they came. */
export type Call = (caller: Caller, args: readonly Value[]) => Value | Promise<Value>

/** A whole number within bounds, or ApiError `value`. */
export function wholeNumber(value: Value | undefined, what: string, minimum: number, maximum: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value
  throw new ApiError('value', `${what} must be a whole number from ${minimum} to ${maximum}`)
}

/** Text, or ApiError `value`. */
export function text(value: Value | undefined, what: string): string {
  if (typeof value === 'string') return value
  throw new ApiError('value', `${what} must be text`)
}

/** Bytes, or ApiError `value`. */
export function bytes(value: Value | undefined, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw new ApiError('value', `${what} must be bytes`)
}
