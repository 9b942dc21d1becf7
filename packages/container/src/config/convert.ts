/** From an option's text to its value; each function returns the value or throws a string-sized complaint. */
import type { Address } from '@trivet/prefork'

/** What an option's text should have been; the caller knows where it stands. */
export class ValueError extends Error {
  override readonly name = 'ValueError'
}

const falseWords: ReadonlySet<string> = new Set(['false', 'off', 'no', '0'])
const trueWords: ReadonlySet<string> = new Set(['', 'true', 'on', 'yes', '1'])

/** uWSGI's booleans: false only for `false`, `off`, `no` and `0`, in any case. */
export function readFlag(text: string): boolean {
  return !falseWords.has(text.toLowerCase())
}

/** Whether a boolean's text is one that people use for booleans; others count as true and deserve a warning. */
export function isFlagWord(text: string): boolean {
  return trueWords.has(text.toLowerCase()) || falseWords.has(text.toLowerCase())
}

/** A whole number within its range; uWSGI would use the leading digits of anything else. */
export function readNumber(text: string, [minimum, maximum]: readonly [number, number]): number {
  if (!/^\d+$/.test(text)) throw new ValueError(`expected a whole number, got \`${text}\``)
  const number = Number(text)
  if (number < minimum || number > maximum) throw new ValueError(`expected ${minimum} to ${maximum}, got ${text}`)
  return number
}

/** An octal mode: `660` and `0660`. */
export function readMode(text: string): number {
  if (!/^0?[0-7]{3}$/.test(text)) throw new ValueError(`expected an octal mode such as 660, got \`${text}\``)
  return Number.parseInt(text, 8)
}

/** `NAME=VALUE`; the value may be empty. */
export function readPair(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=')
  if (equals <= 0) throw new ValueError(`expected NAME=VALUE, got \`${text}\``)
  return [text.slice(0, equals), text.slice(equals + 1)]
}

/**
 * `HOST:PORT`, `:PORT` (every address), `[V6]:PORT`, `*:PORT`, `@NAME` (Linux's abstract namespace) or the path of a
 * unix socket, with or without `unix:` before it. `inFolder` makes a path absolute.
 */
export function readAddress(text: string, inFolder: (path: string) => string): Address {
  if (text === '') throw new ValueError('expected HOST:PORT or the path of a socket, got nothing')
  if (text.startsWith('@')) return { path: `\0${text.slice(1)}` }
  if (text.startsWith('unix:')) return { path: inFolder(text.slice('unix:'.length)) }
  if (/^\d+$/.test(text))
    throw new ValueError(`expected HOST:PORT or the path of a socket, got \`${text}\`; for a port write \`:${text}\``)
  const tcp = /^(?:\[([^\]]+)\]|([^:/]*)):(\d+)$/.exec(text)
  if (tcp !== null) {
    const port = readNumber(tcp[3] ?? '', [0, 65_535])
    const host = tcp[1] ?? tcp[2] ?? ''
    return { host: host === '' || host === '*' ? '0.0.0.0' : host, port }
  }
  if (text.includes(':') && !text.includes('/')) throw new ValueError(`expected HOST:PORT, got \`${text}\``)
  return { path: inFolder(text) }
}
