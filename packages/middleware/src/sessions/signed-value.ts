/** `value.signature`: HMAC-SHA-256 in base64url; the first key signs, all of them verify, so that keys can be rotated. */
import { createHmac, timingSafeEqual } from 'node:crypto'

/** The value with its signature. */
export function sign(value: string, key: string): string {
  return `${value}.${signature(value, key)}`
}

/** The value and the index of the key that signed it, or undefined when none did. */
export function verify(
  signed: string,
  keys: readonly string[],
): { readonly value: string; readonly key: number } | undefined {
  const dot = signed.lastIndexOf('.')
  if (dot === -1) return undefined
  const value = signed.slice(0, dot)
  const given = Buffer.from(signed.slice(dot + 1))
  const key = keys.findIndex((one) => {
    const expected = Buffer.from(signature(value, one))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  return key === -1 ? undefined : { value, key }
}

function signature(value: string, key: string): string {
  return createHmac('sha256', key).update(value).digest('base64url')
}
