/** `stub_status`: counters of this worker, in nginx's form. */
import type { Request } from '../http/request.ts'
import { taken, type Module } from '../model/module.ts'
import { row } from '../model/row.ts'
import { setting } from '../model/setting.ts'

const stubStatusSetting = setting('stub_status', false, 'nameless')

function sendStatus(request: Request): number {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 405
  const { connections, statistics } = request.connection.service
  const { accepted, requests } = statistics
  request.out.contentType = 'text/plain'
  request.respond(
    200,
    `Active connections: ${connections.size} \nserver accepts handled requests\n ${accepted} ${accepted} ${requests} \nReading: 0 Writing: 1 Waiting: ${connections.size - 1} \n`,
  )
  return taken
}

/** The stub_status module. */
export const stubStatus: Module = {
  name: 'stub_status',
  directives: [
    row(
      'stub_status',
      "Answers with this worker's counters.",
      { contexts: ['server', 'location'], args: [0, 1] },
      (scope) => scope.set(stubStatusSetting, true),
    ),
  ],
  attach: (scope) => (scope.value(stubStatusSetting) ? { content: sendStatus } : undefined),
}
