import { types } from 'node:util'
import type { Bytes } from '../contract.ts'
import { GatewayError } from '../gateway-error.ts'

/** Throws `body-chunk` unless the chunk is bytes (of any realm). */
export function checkChunk(chunk: unknown): asserts chunk is Bytes {
  if (chunk instanceof Uint8Array || types.isUint8Array(chunk)) return
  const hint = typeof chunk === 'number' ? ' (was the body one Uint8Array? wrap it in an array)' : ''
  throw new GatewayError('body-chunk', `a body yields Uint8Array chunks, got a ${typeof chunk}${hint}`)
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}
