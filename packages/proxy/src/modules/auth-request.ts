/** `auth_request`: a subrequest says whether the client is let in, by its status: 2xx, 401 or 403. */
import type { Report } from '../language/diagnostic.ts'
import type { Statement } from '../language/statement.ts'
import type { Request } from '../http/request.ts'
import { startSubrequest, type Subrequest } from '../http/subrequest.ts'
import { allowed, taken, type Module } from '../model/module.ts'
import { compileAt, row, textOf } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import { setting } from '../model/setting.ts'
import type { Value } from '../model/value.ts'
import { Forwarding } from '../upstream/forwarding.ts'

/** `auth_request_set $name value`, read when the subrequest is over. */
interface Assignment {
  readonly assign: (request: Request, value: string) => void
  readonly value: Value
}

const uri = setting('auth_request', 'off')
const assignments = setting<readonly Assignment[]>('auth_request_set', [])

/** Subrequests that are over, until the client's request is asked about again. */
const answered = new WeakMap<Request, Subrequest>()

function ask(request: Request, target: string): number {
  const sub = startSubrequest(request, {
    uri: target,
    args: '',
    output: 'none',
    withBody: false,
    onDone: (done) => {
      answered.set(request, done)
      request.again()
    },
  })
  return sub === undefined ? 500 : taken
}

function check(request: Request, target: string, list: readonly Assignment[]): number {
  const sub = answered.get(request)
  if (sub === undefined) return ask(request, target)
  answered.delete(request)
  for (const { assign, value } of list) assign(request, value.read(sub))
  const { status } = sub.out
  if (status === 403) return 403
  if (status === 401) {
    for (const challenge of challengesOf(sub)) request.out.add('WWW-Authenticate', challenge)
    return 401
  }
  if (status >= 200 && status < 300) return allowed
  request.log('error', `auth request unexpected status: ${status}`)
  return 500
}

function challengesOf(sub: Subrequest): readonly string[] {
  const { names, values } = sub.out
  const own = values.flatMap((value, index) =>
    names[index]?.toLowerCase() === 'www-authenticate' ? (value ?? []) : [],
  )
  if (own.length > 0 || !(sub.upstream instanceof Forwarding)) return own
  return sub.upstream.answer?.headers.getAll('www-authenticate') ?? []
}

function applySet(scope: LevelScope, statement: Statement, report: Report): void {
  const [nameWord, valueWord] = statement.args
  if (nameWord === undefined || valueWord === undefined) return
  if (!nameWord.text.startsWith('$')) return report.emerg(`invalid variable name "${nameWord.text}"`, nameWord.place)
  const assign = scope.variables.assignable(nameWord.text.slice(1))
  const value = compileAt(valueWord, scope, report)
  if (assign === undefined) report.emerg(`the duplicate "${nameWord.text.slice(1)}" variable`, nameWord.place)
  else if (value !== undefined) scope.set(assignments, [...(scope.get(assignments) ?? []), { assign, value }])
}

/** The auth_request module. */
export const authRequest: Module = {
  name: 'auth_request',
  directives: [
    row('auth_request', 'The URI of the subrequest that decides.', { once: true }, (scope, statement) =>
      scope.set(uri, textOf(statement, 0)),
    ),
    row('auth_request_set', 'A variable that is set from its answer.', { args: [2, 2] }, applySet),
  ],
  attach: (scope) => {
    const target = scope.value(uri)
    const list = scope.value(assignments)
    return target === 'off' ? undefined : { access: (request) => check(request, target, list) }
  },
}
