/** Texts and conditions of commands: `$name` and `${name}` are filled in, `\` keeps what follows it from being read. */
import type { Request } from '../../http/request.ts'
import { compilePattern } from '../../model/pattern.ts'
import type { FindVariable, Page } from './page.ts'

/** Why a command cannot be carried out; the message is for the log. */
export class SsiError extends Error {}

/** Where texts are read. */
export interface Place {
  readonly request: Request
  readonly page: Page
  readonly find: FindVariable
}

/** Fills in the variables of a text. */
export function evaluate(text: string, { request, page, find }: Place): string {
  let result = ''
  for (let at = 0; at < text.length;) {
    const character = text[at] ?? ''
    if (character === '\\') {
      const next = text[at + 1] ?? ''
      result += /[\\'"$]/.test(next) ? next : next === '' ? '' : `\\${next}`
      at += 2
    } else if (character === '$') {
      const match = /^\$(?:\{(\w*)(\}?)|(\w+))/.exec(text.slice(at))
      if (match?.[1] !== undefined && match[2] !== '}')
        throw new SsiError(`the closing bracket in "${match[1]}" variable is missing`)
      const name = match?.[1] ?? match?.[3] ?? ''
      if (match === null || name === '') throw new SsiError(`invalid variable name in "${text}"`)
      result += page.read(request, name, find) ?? ''
      at += match[0].length
    } else {
      result += character
      at++
    }
  }
  return result
}

/** Whether `$name`, `$name = text`, `$name != /pattern/` holds. */
export function holds(expression: string, place: Place): boolean {
  const match = /^([\w${}"']*) *(?:(!?=) *([^]*))?$/.exec(expression)
  if (match === null) throw new SsiError(`invalid expression in "${expression}"`)
  const [, left = '', operator, right = ''] = match
  const value = evaluate(left.toLowerCase(), place)
  if (operator === undefined) return value !== ''
  const isMatch =
    right.length > 1 && right.startsWith('/')
      ? matchesPattern(value, right, expression, place)
      : value === evaluate(right.replace(/^\\(?=\/)/, ''), place)
  return isMatch === (operator === '=')
}

function matchesPattern(value: string, text: string, expression: string, place: Place): boolean {
  if (!text.endsWith('/')) throw new SsiError(`invalid expression in "${expression}"`)
  const source = evaluate(text.slice(1, -1), place)
  try {
    const captures = compilePattern(source, false).regex.exec(value)
    if (captures === null) return false
    const { page } = place
    page.captures = captures
    for (const [name, group] of Object.entries(captures.groups ?? {}))
      page.variables.set(name.toLowerCase(), group ?? '')
    return true
  } catch (error) {
    if (error instanceof SyntaxError) throw new SsiError(error.message)
    throw error
  }
}
