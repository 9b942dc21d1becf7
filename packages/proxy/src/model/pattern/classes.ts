/** Character classes, `[...]`, and escapes that stand for bytes. */
import { ByteSet } from './byte-set.ts'
import { byteSets, posixClasses, propertySet, singleBytes } from './escapes.ts'
import type { PatternSource } from './source.ts'

/** Reads an escape whose backslash has been taken: a byte or a set; undefined, with nothing taken, when it is neither. */
export function readByteEscape(source: PatternSource): number | ByteSet | undefined {
  const property = source.match(/([pP])(?:\{([^}]*)\}|([A-Z]))/y)
  if (property !== undefined) return propertySet(property[2] ?? property[3] ?? '', property[1] === 'P')
  const code = source.match(/x\{([\da-fA-F]{1,6})\}|x([\da-fA-F]{0,2})/y)
  if (code !== undefined) return asByte(Number.parseInt(code[1] ?? (code[2] || '0'), 16))
  const octal = source.match(/0[0-7]{0,2}|o\{([0-7]{1,4})\}/y)
  if (octal !== undefined) return asByte(Number.parseInt(octal[1] ?? octal[0], 8))
  const control = source.match(/c([ -~])/y)
  if (control !== undefined) return (control[1] ?? '').toUpperCase().charCodeAt(0) ^ 0x40
  const letter = source.next
  const found = byteSets.get(letter) ?? singleBytes.get(letter)
  if (found === undefined && (letter === '' || /\w/.test(letter))) return undefined
  source.at++
  return found ?? asByte(letter.charCodeAt(0))
}

function asByte(code: number): number {
  if (code > 0xff) throw new SyntaxError(`a character with the code ${code} is no byte: patterns match bytes`)
  return code
}

/** Reads a class whose opening bracket has been taken. */
export function readClass(source: PatternSource, ignoresCase: boolean): ByteSet {
  const isNegated = source.match(/\^/y) !== undefined
  const set = new ByteSet()
  for (let isFirst = true; isFirst || source.next !== ']'; isFirst = false) {
    if (source.isAtEnd) throw new SyntaxError('missing terminating ] for a class')
    addItem(source, set)
  }
  source.at++
  if (ignoresCase) set.foldCase()
  return isNegated ? set.inverted() : set
}

function addItem(source: PatternSource, set: ByteSet): void {
  const posix = source.match(/\[:(\^?)(\w+):\]/y)
  if (posix !== undefined) {
    const named = posixClasses.get(posix[2] ?? '')
    if (named === undefined) throw new SyntaxError(`there is no class "${posix[0]}"`)
    set.addAll(posix[1] === '^' ? named.inverted() : named)
    return
  }
  const quoted = source.match(/\\Q([^]*?)(?:\\E|$)/y)
  if (quoted !== undefined) {
    for (const character of quoted[1] ?? '') set.addRange(asByte(character.charCodeAt(0)), character.charCodeAt(0))
    return
  }
  const first = readMember(source)
  if (typeof first !== 'number') return set.addAll(first)
  // A hyphen at the end, or before a set, is itself.
  const hyphen = source.match(/-(?!\]|\\[dDwWsShHvVNpP]|\[:)/y)
  if (hyphen === undefined) return set.addRange(first, first)
  const last = readMember(source)
  if (typeof last !== 'number' || last < first) throw new SyntaxError('range out of order in a class')
  set.addRange(first, last)
}

function readMember(source: PatternSource): number | ByteSet {
  const character = source.take()
  if (character !== '\\') return asByte(character.charCodeAt(0))
  if (source.match(/b/y) !== undefined) return 0x08
  const octal = source.match(/[1-7][0-7]{0,2}/y)
  if (octal !== undefined) return asByte(Number.parseInt(octal[0], 8))
  const found = readByteEscape(source)
  if (found === undefined) throw new SyntaxError(`\`\\${source.next}\` in a class is not supported`)
  return found
}
