/**
 * What calls carry: JSON, and bytes as `{"b64": "..."}`. One call or event is one line.
 */

/** An argument or a result. */
export type Value = null | boolean | number | string | Uint8Array | readonly Value[] | { readonly [key: string]: Value }

/** Why a call is refused; the code says which exception of the caller's language it becomes. */
export type ApiErrorCode = 'value' | 'unavailable' | 'limit' | 'protocol'

/** A call that is refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ApiErrorCode

  constructor(code: ApiErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** A value as a line without its end. */
export function encode(value: Value): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    // Buffers have made themselves JSON before anybody is asked.
    if (isBufferJson(item)) return { b64: Buffer.from(item.data).toString('base64') }
    return item instanceof Uint8Array ? { b64: Buffer.from(item).toString('base64') } : item
  })
}

/** Reads a line; throws ApiError `protocol`. */
export function decode(line: string): Value {
  try {
    return JSON.parse(line, (_key, item: unknown) =>
      typeof item === 'object' && item !== null && 'b64' in item && typeof item.b64 === 'string'
        ? Buffer.from(item.b64, 'base64')
        : item,
    ) as Value
  } catch (error) {
    throw new ApiError('protocol', `a call is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function isBufferJson(item: unknown): item is { readonly data: readonly number[] } {
  return typeof item === 'object' && item !== null && 'type' in item && item.type === 'Buffer' && 'data' in item
}

/** The member of an object; undefined where the value is none. */
export function member(value: Value, name: string): Value | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
    ? (value as { readonly [key: string]: Value })[name]
    : undefined
}
