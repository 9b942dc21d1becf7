/** `mirror`: copies of requests go to other locations; nobody waits for their answers. */
import type { Report } from '../language/diagnostic.ts'
import { flagRow } from '../language/rows.ts'
import type { Statement } from '../language/statement.ts'
import type { Request } from '../http/request.ts'
import { startSubrequest } from '../http/subrequest.ts'
import { declined, taken, type Module } from '../model/module.ts'
import { everywhere, row, textOf } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import { setting } from '../model/setting.ts'

const mirrors = setting<readonly string[] | 'off'>('mirror', 'off')
const withBody = setting('mirror_request_body', true)

/** Requests whose body has been read for the copies. */
const prepared = new WeakSet<Request>()

function applyMirror(scope: LevelScope, statement: Statement, report: Report): void {
  const text = textOf(statement, 0)
  const own = scope.get(mirrors)
  if (text === 'off' ? own !== undefined : own === 'off') report.emerg('"mirror" directive is duplicate')
  else scope.set(mirrors, text === 'off' ? 'off' : [...(own === undefined || own === 'off' ? [] : own), text])
}

function copy(request: Request, uris: readonly string[], copiesBody: boolean): number {
  if (request.main !== request) return declined
  if (copiesBody && !prepared.has(request)) {
    prepared.add(request)
    request.readBody((read) => read.again())
    return taken
  }
  prepared.delete(request)
  const { args, method } = request
  for (const uri of uris) {
    const sub = startSubrequest(request, {
      uri,
      args,
      method,
      output: 'none',
      isBackground: true,
      withBody: copiesBody,
    })
    if (sub === undefined) return 500
  }
  return declined
}

/** The mirror module. */
export const mirror: Module = {
  name: 'mirror',
  directives: [
    row('mirror', 'A location that gets a copy of each request.', {}, applyMirror),
    flagRow('mirror_request_body', everywhere, withBody, 'Whether the copies have the body.'),
  ],
  attach: (scope) => {
    const uris = scope.value(mirrors)
    const copiesBody = scope.value(withBody)
    return uris === 'off' ? undefined : { precontent: (request) => copy(request, uris, copiesBody) }
  },
}
