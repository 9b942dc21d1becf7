/** Text with variables (`http://$host$request_uri`), split once into constant pieces and references. */
import type { Request } from '../http/request.ts'
import type { Place } from '../language/statement.ts'
import { parseSize } from '../language/values.ts'
import type { Reference, VariableTable } from './variable.ts'

/** A compiled text: `constant` when it has no variables, else `read` puts it together for a request. */
export class Value {
  readonly constant: string | undefined
  readonly #parts: readonly (string | Reference)[]

  constructor(parts: readonly (string | Reference)[]) {
    this.#parts = parts
    this.constant = parts.every((part) => typeof part === 'string') ? parts.join('') : undefined
  }

  /** The text for this request. */
  read(request: Request): string {
    if (this.constant !== undefined) return this.constant
    let text = ''
    for (const part of this.#parts) text += typeof part === 'string' ? part : (part.get(request) ?? '')
    return text
  }

  /** The same with every variable's value passed through `escape` and every constant piece kept (log formats). */
  readEscaped(request: Request, escape: (value: string | undefined) => string): string {
    let text = ''
    for (const part of this.#parts) text += typeof part === 'string' ? part : escape(part.get(request))
    return text
  }

  /** The same with the values of numbered captures passed through `escape` (rewrites). */
  readCaptures(request: Request, escape: (value: string) => string): string {
    let text = ''
    for (const part of this.#parts) {
      if (typeof part === 'string') text += part
      else text += /^\d/.test(part.name) ? escape(part.get(request) ?? '') : (part.get(request) ?? '')
    }
    return text
  }

  /** True when it uses a numbered capture. */
  get usesCaptures(): boolean {
    return this.#parts.some((part) => typeof part !== 'string' && /^\d+$/.test(part.name))
  }
}

/** A text without variables. */
export function constantValue(text: string): Value {
  return new Value([text])
}

/** The pieces of a text with variables; throws a SyntaxError for a `$` that names nothing. */
export function splitVariables(text: string): (string | { readonly name: string })[] {
  const parts: (string | { readonly name: string })[] = []
  let rest = 0
  for (;;) {
    const dollar = text.indexOf('$', rest)
    if (dollar === -1) break
    const match = /^\$(?:\{(\w+)\}|(\d|[A-Za-z_]\w*))/.exec(text.slice(dollar))
    if (match === null) {
      if (text[dollar + 1] === '{') throw new SyntaxError(`the closing bracket in "${text}" variable is missing`)
      throw new SyntaxError('invalid variable name')
    }
    if (dollar > rest) parts.push(text.slice(rest, dollar))
    parts.push({ name: match[1] ?? match[2] ?? '' })
    rest = dollar + match[0].length
  }
  if (rest < text.length) parts.push(text.slice(rest))
  return parts
}

/** Compiles a text at a place. */
export function compileText(text: string, place: Place, variables: VariableTable): Value {
  if (!text.includes('$')) return constantValue(text)
  return new Value(
    splitVariables(text).map((part) => (typeof part === 'string' ? part : variables.reference(part.name, place))),
  )
}

/** The bytes that such a value means for a request: what is none means 0, no limit. */
export function sizeOf(value: Value | undefined, request: Request): number {
  return value === undefined ? 0 : (parseSize(value.read(request)) ?? 0)
}
