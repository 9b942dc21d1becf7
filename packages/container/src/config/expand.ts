/**
 * The three passes over all values once every source is read, in uWSGI's order: `$(ENV)`, `@(file)`, `%(placeholder)`.
 * What cannot be found stays as it is written, except a file, which is an error.
 */
import { readFileSync } from 'node:fs'
import type { Diagnostic } from './diagnostic.ts'
import type { Setting } from './setting.ts'

/** What the passes look at. */
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

/** Runs the passes. */
export function expandSettings(settings: readonly Setting[], scope: ExpandScope): Expanded {
  const values = settings.map(({ value }) => value)
  const pass = (sign: string, find: (name: string, setting: Setting) => string | undefined): void => {
    settings.forEach((setting, index) => {
      values[index] = replaceReferences(values[index] ?? '', sign, (name) => find(name, setting))
    })
  }
  pass('$', (name) => scope.environment[name])
  pass('@', (name, setting) => readReference(name, setting, scope))
  // The first setting of a name wins, whatever comes later: that is how uWSGI's files give defaults on the command line.
  const first = new Map<string, number>()
  settings.forEach(({ name }, index) => first.has(name) || first.set(name, index))
  const referenced = new Set<string>()
  const lookup = (name: string): string | undefined => {
    referenced.add(name)
    const index = first.get(name)
    return index === undefined ? undefined : values[index]
  }
  pass('%', (name) => (name.includes(' ') ? calculate(name, lookup) : lookup(name)))
  return { settings: settings.map((setting, index) => ({ ...setting, value: values[index] ?? '' })), referenced }
}

function replaceReferences(text: string, sign: string, find: (name: string) => string | undefined): string {
  if (!text.includes(`${sign}(`)) return text
  return text.replaceAll(
    sign === '$' ? /\$\(([^)]*)\)/g : sign === '@' ? /@\(([^)]*)\)/g : /%\(([^)]*)\)/g,
    (whole, name: string) => find(name) ?? whole,
  )
}

function readReference(name: string, setting: Setting, scope: ExpandScope): string {
  if (/^[a-z]+:\/\//.test(name)) {
    scope.report({
      severity: 'error',
      message: `\`@(${name})\`: only files can be read this way yet`,
      place: setting.valuePlace,
    })
    return ''
  }
  try {
    return readFileSync(scope.path(name), 'utf8').replace(/\n$/, '')
  } catch (error) {
    scope.report({
      severity: 'error',
      message: `\`@(${name})\`: ${error instanceof Error ? error.message : String(error)}`,
      place: setting.valuePlace,
    })
    return ''
  }
}

/** `%(processes * 2 + 1)`: tokens from left to right, without precedence; two values side by side are joined. */
function calculate(expression: string, lookup: (name: string) => string | undefined): string {
  let result = ''
  let operator = ''
  for (const token of expression.split(' ').filter(Boolean)) {
    if (token === '++' || token === '--') {
      result = String(integer(result) + (token === '++' ? 1 : -1))
      operator = ''
    } else if (operators.has(token)) operator = token
    else {
      const value = /^-?\d+$/.test(token) ? token : (lookup(token) ?? '')
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
