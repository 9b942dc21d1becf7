/** The condition of an `if`: a variable alone, a comparison, a pattern, or a test of a file. */
import { accessSync, constants } from 'node:fs'
import { statFile, systemPath } from '../../http/files.ts'
import type { Request } from '../../http/request.ts'
import type { Report } from '../../language/diagnostic.ts'
import type { Statement, Word } from '../../language/statement.ts'
import { bindGroups, matches } from '../../model/captures.ts'
import { compilePattern, type Pattern } from '../../model/pattern.ts'
import { compileAt, textOf, textsOf } from '../../model/row.ts'
import type { LevelScope } from '../../model/scope.ts'
import type { Value } from '../../model/value.ts'

/** Whether it holds for a request. */
export type Condition = (request: Request) => boolean

/** Compiles a pattern; what is wrong with it is reported. */
export function patternAt(word: Word | undefined, ignoreCase: boolean, report: Report): Pattern | undefined {
  try {
    return compilePattern(word?.text ?? '', ignoreCase)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    report.emerg(error.message, word?.place)
    return undefined
  }
}

const never: Condition = () => false

/** Compiles the condition of an `if`; what is wrong with it is reported. */
export function compileCondition(scope: LevelScope, statement: Statement, report: Report): Condition {
  const words = [...statement.args]
  const [first] = words
  const last = words.at(-1)
  if (first === undefined || last === undefined || !first.text.startsWith('(') || !last.text.endsWith(')')) {
    report.emerg(`invalid condition "${textsOf(statement).join(' ')}"`, first?.place)
    return never
  }
  words[0] = { ...first, text: first.text.slice(1) }
  const end = words.length - 1
  const final = words[end] ?? last
  words[end] = { ...final, text: final.text.slice(0, -1) }
  return conditionOf(
    scope,
    words.filter((word) => word.text !== '' || word.quoted),
    report,
    statement,
  )
}

function conditionOf(scope: LevelScope, words: readonly Word[], report: Report, statement: Statement): Condition {
  const [subject, operator, operand, ...rest] = words
  const wrong = (): Condition => {
    report.emerg(`invalid condition "${textOf(statement, 0)}"`, statement.place)
    return never
  }
  if (subject === undefined || rest.length > 0) return wrong()
  if (subject.text.startsWith('$')) {
    const value = compileAt(subject, scope, report)
    if (value === undefined) return never
    if (operator === undefined) return (request) => isTrue(value.read(request))
    if (operand === undefined) return wrong()
    return comparison(scope, value, operator, operand, report) ?? wrong()
  }
  const test = /^!?-[fdex]$/.test(subject.text) ? fileTests[subject.text.replace('!', '')] : undefined
  const value = operator === undefined || operand !== undefined ? undefined : compileAt(operator, scope, report)
  if (test === undefined || value === undefined) return wrong()
  const negative = subject.text.startsWith('!')
  return (request) => test(value.read(request), request) !== negative
}

const isTrue = (text: string): boolean => text !== '' && text !== '0'

function comparison(
  scope: LevelScope,
  value: Value,
  operator: Word,
  operand: Word,
  report: Report,
): Condition | undefined {
  if (operator.text === '=' || operator.text === '!=') {
    const other = compileAt(operand, scope, report)
    if (other === undefined) return never
    const wanted = operator.text === '='
    return (request) => (value.read(request) === other.read(request)) === wanted
  }
  if (!/^!?~\*?$/.test(operator.text)) return undefined
  const pattern = patternAt(operand, operator.text.endsWith('*'), report)
  if (pattern === undefined) return never
  const bindings = bindGroups(pattern, scope.variables)
  const negative = operator.text.startsWith('!')
  return (request) => matches(request, value.read(request), pattern, bindings) !== negative
}

type FileTest = (path: string, request: Request) => boolean

function tolerant(test: FileTest): FileTest {
  return (path, request) => {
    try {
      return test(path, request)
    } catch {
      // A path that cannot be looked at (no permission, not a folder on the way) does not exist for a condition.
      return false
    }
  }
}

const fileTests: Readonly<Record<string, FileTest>> = {
  '-f': tolerant((path, request) => statFile(request, path)?.isFile() === true),
  '-d': tolerant((path, request) => statFile(request, path)?.isDirectory() === true),
  '-e': tolerant((path, request) => statFile(request, path) !== undefined),
  '-x': tolerant((path) => {
    accessSync(systemPath(path), constants.X_OK)
    return true
  }),
}
