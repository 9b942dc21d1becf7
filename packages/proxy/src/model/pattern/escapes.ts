/** What PCRE writes with a backslash, and the named classes of POSIX, as sets of bytes. */
import { ByteSet } from './byte-set.ts'

function bytes(regex: RegExp): ByteSet {
  return ByteSet.where((byte) => regex.test(String.fromCharCode(byte)))
}

const [digit, word] = [bytes(/\d/), bytes(/\w/)]
/** Unlike JavaScript's, without NBSP: in a byte string it is a part of a longer character. */
const space = bytes(/[\t-\r ]/)
const horizontal = bytes(/[\t \xa0]/)
const vertical = bytes(/[\n-\r\x85]/)

/** Escapes for one byte out of several, by their letter. */
export const byteSets: ReadonlyMap<string, ByteSet> = new Map([
  ['d', digit],
  ['D', digit.inverted()],
  ['w', word],
  ['W', word.inverted()],
  ['s', space],
  ['S', space.inverted()],
  ['h', horizontal],
  ['H', horizontal.inverted()],
  ['v', vertical],
  ['V', vertical.inverted()],
  ['N', bytes(/[^\n]/)],
])

/** Escapes for one certain byte, by their letter. */
export const singleBytes: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['e', 0x1b],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
])

/** Escapes that stand for something else than a byte, outside of classes. */
export const assertions: ReadonlyMap<string, string> = new Map([
  ['A', '^'],
  ['z', '$'],
  ['Z', '$'],
  ['b', String.raw`\b`],
  ['B', String.raw`\B`],
  ['R', String.raw`(?:\r\n|[\n-\r\x85])`],
  ['E', ''],
])

/** `[:name:]` in classes. */
export const posixClasses: ReadonlyMap<string, ByteSet> = new Map([
  ['alnum', bytes(/[0-9A-Za-z]/)],
  ['alpha', bytes(/[A-Za-z]/)],
  ['ascii', ByteSet.where((byte) => byte < 0x80)],
  ['blank', bytes(/[\t ]/)],
  ['cntrl', ByteSet.where((byte) => byte < 0x20 || byte === 0x7f)],
  ['digit', digit],
  ['graph', bytes(/[!-~]/)],
  ['lower', bytes(/[a-z]/)],
  ['print', bytes(/[ -~]/)],
  ['punct', bytes(/[!-/:-@[-`{-~]/)],
  ['space', space],
  ['upper', bytes(/[A-Z]/)],
  ['word', word],
  ['xdigit', bytes(/[0-9A-Fa-f]/)],
])

/** `\p{...}`: of the characters that a byte alone can be. Throws a SyntaxError for a property that does not exist. */
export function propertySet(name: string, isNegated: boolean): ByteSet {
  const set = bytes(new RegExp(String.raw`\p{${name.replace(/^\^/, '')}}`, 'u'))
  return isNegated === name.startsWith('^') ? set : set.inverted()
}
