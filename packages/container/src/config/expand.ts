/**
 * Replaces references once every source is read: `$(ENV)`, `@(file)` and `%(placeholder)`, whose value is that of the
 * first setting of the name. What cannot be found stays as it is written, except a file, which is an error.
 */
import type { Diagnostic } from './diagnostic.ts'
import type { Setting } from './setting.ts'
import { readSource } from './source.ts'
import { parseTemplate, type Part, type Reference } from './template.ts'

/** What references look at. */
export interface ExpandScope {
  readonly environment: Readonly<Record<string, string | undefined>>
  path(name: string): string
  report(diagnostic: Diagnostic): void
}

/** The expanded settings, and the names that some `%(name)` asked for. */
export interface Expanded {
  readonly settings: readonly Setting[]
  readonly referenced: ReadonlySet<string>
}

/** Placeholders that refer to each other in a row. */
const maximumChain = 256

/** Expands every value. */
export function expandSettings(settings: readonly Setting[], scope: ExpandScope): Expanded {
  const expansion = new Expansion(settings, scope)
  return {
    settings: settings.map((setting, index) => ({ ...setting, value: expansion.value(index) })),
    referenced: expansion.referenced,
  }
}

class Expansion {
  readonly referenced = new Set<string>()
  readonly #settings: readonly Setting[]
  readonly #scope: ExpandScope
  readonly #values = new Map<number, string>()
  /** The first setting of a name, whatever comes later: that is how uWSGI's files take defaults from the command line. */
  readonly #first = new Map<string, number>()
  readonly #underway = new Set<number>()

  constructor(settings: readonly Setting[], scope: ExpandScope) {
    this.#settings = settings
    this.#scope = scope
    settings.forEach(({ name }, index) => this.#first.has(name) || this.#first.set(name, index))
  }

  value(index: number): string {
    const known = this.#values.get(index)
    const setting = this.#settings[index]
    if (known !== undefined || setting === undefined) return known ?? ''
    this.#underway.add(index)
    const value = this.#join(parseTemplate(setting.value), setting)
    this.#underway.delete(index)
    this.#values.set(index, value)
    return value
  }

  #join(parts: readonly Part[], setting: Setting): string {
    return parts.map((part) => (typeof part === 'string' ? part : this.#replace(part, setting))).join('')
  }

  #replace({ sign, name: parts }: Reference, setting: Setting): string {
    const name = this.#join(parts, setting)
    const found =
      sign === '$' ? this.#scope.environment[name] : sign === '@' ? this.#read(name, setting) : this.#placeholder(name)
    return found ?? `${sign}(${name})`
  }

  #placeholder(name: string): string | undefined {
    return name.includes(' ') ? calculate(name, (operand) => this.#lookup(operand)) : this.#lookup(name)
  }

  /** A name that is being expanded already stands for itself: `x = %(x)` has no end otherwise. */
  #lookup(name: string): string | undefined {
    this.referenced.add(name)
    const index = this.#first.get(name)
    if (index === undefined || this.#underway.has(index) || this.#underway.size >= maximumChain) return undefined
    return this.value(index)
  }

  #read(name: string, setting: Setting): string {
    try {
      return readSource(name, (file) => this.#scope.path(file)).replace(/[\r\n]$/, '')
    } catch (error) {
      const message = `\`@(${name})\`: ${error instanceof Error ? error.message : String(error)}`
      this.#scope.report({ severity: 'error', message, place: setting.valuePlace })
      return ''
    }
  }
}

/** `%(processes * 2 + 1)`: tokens from left to right, without precedence; two values side by side are joined. */
function calculate(expression: string, lookup: (name: string) => string | undefined): string | undefined {
  const tokens = expression.split(' ').filter(Boolean)
  if (tokens.length === 0) return undefined
  let result = ''
  let operator = ''
  for (const token of tokens) {
    if (token === '++' || token === '--') {
      result = String(integer(result) + (token === '++' ? 1 : -1))
      operator = ''
    } else if (operators.has(token)) operator = token
    else {
      const value = /^\d+$/.test(token) ? token : (lookup(token) ?? '')
      const apply = operators.get(operator)
      result = apply === undefined ? result + value : String(apply(integer(result), integer(value)))
      operator = ''
    }
  }
  return result
}

const operators: ReadonlyMap<string, (left: number, right: number) => number> = new Map([
  ['+', (left: number, right: number) => left + right],
  ['-', (left: number, right: number) => left - right],
  ['*', (left: number, right: number) => left * right],
  ['/', (left: number, right: number) => (right === 0 ? 0 : Math.trunc(left / right))],
])

const integer = (text: string): number => Number.parseInt(text, 10) || 0
