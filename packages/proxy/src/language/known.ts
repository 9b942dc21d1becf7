/** Every directive of nginx by name, whether Trivet has it or not: a name that is here and has no row is refused with its
 * own message instead of as a misspelling, and its place and its arguments are checked all the same. */
import { knownFacts } from './known-facts.ts'

/** The shape nginx gives a directive in some contexts. */
export interface KnownDirective {
  /** nginx's contexts; `mail` and `stream` stand for all blocks in there. */
  readonly contexts: readonly string[]
  /** The numbers of arguments it may have, from and to. */
  readonly args: readonly [min: number, max: number]
  readonly block: boolean
  /** Its one argument is `on` or `off`. */
  readonly flag: boolean
}

/** All of nginx's directives; one name may have several shapes. */
export const knownDirectives: ReadonlyMap<string, readonly KnownDirective[]> = collect()

function collect(): Map<string, KnownDirective[]> {
  const known = new Map<string, KnownDirective[]>()
  for (const [contexts, shapes] of knownFacts) {
    for (const [shape, names] of Object.entries(shapes)) {
      const block = shape.startsWith('block')
      const one = { contexts: contexts.split(', '), args: argsOf(shape), block, flag: shape === 'flag' }
      for (const name of names.trim().split(/\s+/)) known.set(name, [...(known.get(name) ?? []), one])
    }
  }
  return known
}

function argsOf(shape: string): readonly [number, number] {
  const text = shape.replace(/^block /, '')
  if (text === 'flag') return [1, 1]
  if (text.endsWith('+')) return [Number.parseInt(text, 10), Number.POSITIVE_INFINITY]
  const [min = 0, max = min] = text.split('-').map(Number)
  return [min, max]
}
