/** `HTTP-version = "HTTP" "/" DIGIT "." DIGIT` (RFC 9112 section 2.3), byte by byte. */
import { Http1Error, showByte } from './error.ts'

const pattern = Buffer.from('HTTP/1.x', 'latin1')
const majorAt = 5
const minorAt = 7

export const versionLength = 8

/** Checks byte `index` of a version; at the last one says the minor version. Other versions than 1.0 and 1.1 are refused. */
export function versionByte(byte: number, index: number): 0 | 1 | undefined {
  if (index === majorAt || index === minorAt) {
    const digit = byte - 0x30
    if (digit < 0 || digit > 9) throw invalidVersion(byte)
    if (index === majorAt && digit !== 1) throw badVersion()
    return digit === 0 || digit === 1 ? digit : undefined
  }
  if (byte !== pattern[index]) throw invalidVersion(byte)
  return undefined
}

export function badVersion(): Http1Error {
  return new Http1Error('unsupported-version', 'the version is neither HTTP/1.0 nor HTTP/1.1')
}

function invalidVersion(byte: number): Http1Error {
  return new Http1Error('invalid-version', `the version holds ${showByte(byte)}`)
}
