/** Builders for the rows of the http modules, beside those of language/rows.ts. */
import type { Report } from '../language/diagnostic.ts'
import { contexts, type Context, type Directive, type Scope } from '../language/directive.ts'
import { knownDirectives } from '../language/known.ts'
import type { Statement, Word } from '../language/statement.ts'
import { parseSize, readFlag } from '../language/values.ts'
import { LevelScope } from './scope.ts'
import type { Setting } from './setting.ts'
import { compileText, type Value } from './value.ts'

/** The contexts of most directives. */
export const everywhere: readonly Context[] = ['http', 'server', 'location']
/** The same, and `if` in a location. */
export const everywhereAndIf: readonly Context[] = ['http', 'server', 'location', 'if in location']

/** What may differ from row to row. */
export interface RowOptions {
  readonly contexts?: readonly Context[]
  readonly args?: Directive['args']
  readonly block?: Context | 'any'
  readonly once?: boolean
}

/** Any number of arguments from `min` on. */
export function atLeast(min: number): readonly [number, number] {
  return [min, Number.POSITIVE_INFINITY]
}

/** A directive that does something of its own. */
export function row(
  name: string,
  doc: string,
  options: RowOptions,
  apply: (scope: LevelScope, statement: Statement, report: Report) => Scope | void,
): Directive {
  return {
    name,
    doc,
    contexts: options.contexts ?? everywhere,
    args: options.args ?? [1, 1],
    ...(options.block === undefined ? {} : { block: options.block }),
    once: options.once ?? false,
    apply: (scope, statement, report) => {
      if (!(scope instanceof LevelScope)) throw new TypeError(`\`${name}\` was applied outside of http`)
      // What is wrong in an argument is shown at least at the directive.
      return apply(scope, statement, {
        emerg: (message, place = statement.place, suggestion) => report.emerg(message, place, suggestion),
        warn: (message, place = statement.place, suggestion) => report.warn(message, place, suggestion),
      })
    },
  }
}

/** `name text$with$variables` */
export function textValueRow(
  name: string,
  contexts: readonly Context[],
  key: Setting<Value | undefined>,
  doc: string,
): Directive {
  return row(name, doc, { contexts, once: true }, (scope, statement, report) => {
    const [word] = statement.args
    if (word !== undefined) scope.set(key, compileAt(word, scope, report))
  })
}

/** `name size;` where the size may have variables. */
export function sizeValueRow(
  name: string,
  contexts: readonly Context[],
  key: Setting<Value | undefined>,
  doc: string,
): Directive {
  return row(name, doc, { contexts, once: true }, (scope, statement, report) => {
    const [word] = statement.args
    const value = word && compileAt(word, scope, report)
    if (value?.constant !== undefined && parseSize(value.constant) === undefined)
      report.emerg(`"${name}" directive invalid value`, word?.place)
    scope.set(key, value)
  })
}

/** `name text/plain text/xml`: media types besides text/html; of one block they add up. */
export function mediaTypesRow(name: string, key: Setting<ReadonlySet<string>>, doc: string): Directive {
  return row(name, doc, { args: atLeast(1) }, (scope, statement) => {
    scope.set(
      key,
      new Set([...(scope.get(key) ?? ['text/html']), ...textsOf(statement).map((text) => text.toLowerCase())]),
    )
  })
}

/** A directive of nginx that is read and has nothing to do here; `doc` says why. Its shape is nginx's. */
export function acceptedRow(name: string, doc: string): Directive {
  const shape = nginxShape(name)
  return {
    name,
    ...shape,
    doc,
    inert: true,
    apply: (_scope, statement, report) => {
      if (shape.args === 'flag') readFlag(statement, report)
    },
  }
}

/**
 * A directive of nginx that is read but cannot be heeded here, although somebody may count on it: that is said once per
 * configuration, with the reason. `matters` tells values that ask for something from those that ask for nothing.
 */
export function withoutEffectRow(
  name: string,
  why: string,
  matters: (texts: readonly string[]) => boolean = () => true,
): Directive {
  const shape = nginxShape(name)
  const made = row(name, `Without effect: ${why}.`, shape, (scope, statement, report) => {
    if (shape.args === 'flag' && readFlag(statement, report) === undefined) return
    if (matters(textsOf(statement))) warnWithoutEffect(scope, name, why, report)
  })
  return { ...made, inert: true }
}

/** For a flag that asks for something when it is on. */
export function isOn([value]: readonly string[]): boolean {
  return value?.toLowerCase() === 'on'
}

/** Where nginx takes a directive, and with how many arguments. */
function nginxShape(name: string): { readonly contexts: readonly Context[]; readonly args: Directive['args'] } {
  const shape = knownDirectives.get(name)?.find((known) => contexts.some((one) => known.contexts.includes(one)))
  if (shape === undefined) throw new Error(`nginx has no directive "${name}"`)
  return {
    contexts: contexts.filter((one) => shape.contexts.includes(one)),
    args: shape.flag ? 'flag' : shape.args,
  }
}

const warned = Symbol('directives without effect')

/** Says once per configuration that something has no effect. */
export function warnWithoutEffect(scope: LevelScope, name: string, why: string, report: Report): void {
  const names = scope.http.shared(warned, () => new Set<string>())
  if (names.has(name)) return
  names.add(name)
  report.warn(`"${name}" has no effect: ${why}`)
}

/** Compiles a word with variables and reports what is wrong with it. */
export function compileAt(word: Word, scope: LevelScope, report: Report, text: string = word.text): Value | undefined {
  try {
    return compileText(text, word.place, scope.variables)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    report.emerg(error.message, word.place)
    return undefined
  }
}

/** The text of an argument, empty when there is none. */
export function textOf(statement: Statement, index: number): string {
  return statement.args[index]?.text ?? ''
}

/** The texts of all arguments. */
export function textsOf(statement: Statement): string[] {
  return statement.args.map((word) => word.text)
}
