/** `rewrite`, `return`, `set`, `if`, `break`: each becomes one step of its block's rewrite phase. */
import type { Report } from '../../language/diagnostic.ts'
import type { Context, Directive } from '../../language/directive.ts'
import type { Statement } from '../../language/statement.ts'
import type { Request } from '../../http/request.ts'
import { contentType } from '../../http/files.ts'
import { escapeArgs, unescapeRedirect } from '../../http/uri.ts'
import { bindGroups, matches } from '../../model/captures.ts'
import { taken, type Module } from '../../model/module.ts'
import { next, runSteps, stop, type RewriteStep } from '../../model/rewrite.ts'
import { atLeast, compileAt, isOn, row, withoutEffectRow } from '../../model/row.ts'
import { frozenKey, LocationScope, RoutingScope, ServerScope, type LevelScope } from '../../model/scope.ts'
import { constantValue, type Value } from '../../model/value.ts'
import { compileCondition, patternAt } from './condition.ts'

const contexts: readonly Context[] = ['server', 'location', 'if in server', 'if in location']
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const rows: readonly Directive[] = [
  row('rewrite', 'Changes the URI when it matches, or redirects.', { contexts, args: [2, 3] }, applyRewrite),
  row('return', 'Answers with a status, a text or a redirect.', { contexts, args: [1, 2] }, applyReturn),
  row('set', 'Gives a variable a value.', { contexts, args: [2, 2] }, applySet),
  row('break', 'Leaves the rewrite phase.', { contexts, args: [0, 0] }, (scope) => {
    addStep(scope, (request) => {
      if (request.uriChanged) request.locationIsValid = false
      request.uriChanged = false
      return stop
    })
  }),
  row(
    'if',
    'Applies its block when a condition holds.',
    { contexts: ['server'], args: atLeast(1), block: 'if in server' },
    applyServerIf,
  ),
  row(
    'if',
    'Applies its block when a condition holds.',
    { contexts: ['location'], args: atLeast(1), block: 'if in location' },
    applyLocationIf,
  ),
  withoutEffectRow('rewrite_log', 'rewrites are not logged', isOn),
  withoutEffectRow('uninitialized_variable_warn', 'unset variables are empty and not logged', isOn),
]

function addStep(scope: LevelScope, step: RewriteStep): void {
  if (scope instanceof RoutingScope) scope.steps.push(step)
}

const quoteCaptures = (request: Request) => (/[%+]/.test(request.target) ? escapeArgs : same)
const same = (text: string): string => text

function applyRewrite(scope: LevelScope, statement: Statement, report: Report): void {
  const [patternWord, replacementWord] = statement.args
  const flag = statement.args[2]?.text
  const pattern = patternAt(patternWord, false, report)
  if (pattern === undefined || replacementWord === undefined) return
  if (flag !== undefined && !['last', 'break', 'redirect', 'permanent'].includes(flag)) {
    report.emerg(`invalid parameter "${flag}"`, statement.args[2]?.place)
    return
  }
  let text = replacementWord.text
  if (text === '') {
    report.emerg('empty replacement', replacementWord.place)
    return
  }
  const addsArgs = !text.endsWith('?')
  if (!addsArgs) text = text.slice(0, -1)
  const redirects = flag === 'redirect' || flag === 'permanent' || /^(?:https?:\/\/|\$scheme)/.test(text)
  const question = redirects ? -1 : text.indexOf('?')
  const path = compileAt(replacementWord, scope, report, question === -1 ? text : text.slice(0, question))
  const args = question === -1 ? undefined : compileAt(replacementWord, scope, report, text.slice(question + 1))
  if (path === undefined) return
  const bindings = bindGroups(pattern, scope.variables)
  const rule: RewriteRule = {
    path,
    args,
    addsArgs,
    hasArgs: text.includes('?'),
    status: flag === 'permanent' ? 301 : 302,
    flag,
  }
  const apply = redirects ? redirectTo : rewriteTo
  addStep(scope, (request) => (matches(request, request.uri, pattern, bindings) ? apply(request, rule) : next))
}

interface RewriteRule {
  readonly path: Value
  readonly args: Value | undefined
  readonly addsArgs: boolean
  readonly hasArgs: boolean
  readonly status: number
  readonly flag: string | undefined
}

function redirectTo(request: Request, { path, addsArgs, hasArgs, status }: RewriteRule): number {
  let location = unescapeRedirect(path.readCaptures(request, quoteCaptures(request)))
  if (addsArgs && request.args !== '') location += `${hasArgs ? '&' : '?'}${request.args}`
  request.out.location = location
  return status
}

function rewriteTo(request: Request, { path, args, addsArgs, flag }: RewriteRule): number {
  const uri = path.read(request)
  if (args !== undefined) {
    const text = args.readCaptures(request, quoteCaptures(request))
    request.args = addsArgs && request.args !== '' ? `${text}&${request.args}` : text
  } else if (!addsArgs) request.args = ''
  request.internal = true
  request.uriIsOriginal = false
  if (uri === '') {
    request.log('error', 'the rewritten URI has a zero length')
    return 500
  }
  request.uri = uri
  request.uriChanged = flag !== 'break'
  if (flag === 'break') request.locationIsValid = false
  return flag === undefined ? next : stop
}

function applyReturn(scope: LevelScope, statement: Statement, report: Report): void {
  const [first, second] = statement.args
  if (first === undefined) return
  const isUrl = second === undefined && /^(?:https?:\/\/|\$scheme)/.test(first.text)
  const status = isUrl ? 302 : Number(first.text)
  if (!Number.isInteger(status) || status < 0 || status > 999) {
    report.emerg(`invalid return code "${first.text}"`, first.place)
    return
  }
  const word = isUrl ? first : second
  // Below 400 there is always a text, if only an empty one, so that no built-in page is sent.
  const value = word !== undefined ? compileAt(word, scope, report) : status < 400 ? constantValue('') : undefined
  addStep(scope, value === undefined ? () => status : (request) => respondWith(request, status, value))
}

function respondWith(request: Request, status: number, value: Value): number {
  const problem = request.connection.discardAvailable(request)
  if (problem !== 0) return problem
  const text = value.read(request)
  if (redirectStatuses.has(status)) {
    request.out.location = text
    return status
  }
  request.out.contentType ??= contentType(request, request.uri)
  request.respond(status, text)
  return taken
}

function applySet(scope: LevelScope, statement: Statement, report: Report): void {
  const [nameWord, valueWord] = statement.args
  if (nameWord === undefined || valueWord === undefined) return
  if (!nameWord.text.startsWith('$')) {
    report.emerg(`invalid variable name "${nameWord.text}"`, nameWord.place)
    return
  }
  const name = nameWord.text.slice(1)
  const value = compileAt(valueWord, scope, report)
  const assign = scope.variables.assignable(name)
  if (assign === undefined) report.emerg(`the duplicate "${name}" variable`, nameWord.place)
  else if (value !== undefined) {
    addStep(scope, (request) => {
      assign(request, value.read(request))
      return next
    })
  }
}

function applyServerIf(scope: LevelScope, statement: Statement, report: Report): RoutingScope {
  const inner = new RoutingScope('if in server', scope, statement, scope.http)
  const condition = compileCondition(scope, statement, report)
  const { steps } = inner
  addStep(scope, (request) => (condition(request) ? runSteps(steps, request) : next))
  return inner
}

function applyLocationIf(scope: LevelScope, statement: Statement, report: Report): RoutingScope {
  const condition = compileCondition(scope, statement, report)
  if (!(scope instanceof LocationScope || scope instanceof ServerScope))
    throw new TypeError('`if` outside of a location')
  const inner = new LocationScope(scope, { kind: 'nameless', text: '' }, 'if in location', statement)
  const { steps } = inner
  addStep(scope, (request) => {
    if (!condition(request)) return next
    // The last `if` that holds gives the request its settings, and its handler where it has one.
    request.location = inner.get(frozenKey) ?? request.location
    return runSteps(steps, request)
  })
  return inner
}

/** The rewrite module. */
export const rewrite: Module = { name: 'rewrite', directives: rows }
