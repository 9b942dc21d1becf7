/** `stub_status`: the counters of all workers, in nginx's form. */
import type { Counters } from '../http/counters.ts'
import type { Request } from '../http/request.ts'
import { taken, type Module } from '../model/module.ts'
import { row } from '../model/row.ts'
import { setting } from '../model/setting.ts'
import type { Getter } from '../model/variable.ts'

const stubStatusSetting = setting('stub_status', false, 'nameless')

function statusText({ active, accepted, requests, reading, writing, waiting }: Counters): string {
  return `Active connections: ${active} \nserver accepts handled requests\n ${accepted} ${accepted} ${requests} \nReading: ${reading} Writing: ${writing} Waiting: ${waiting} \n`
}

function sendStatus(request: Request): number {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 405
  const { service } = request.connection
  const send = (counters: Counters): void => {
    if (request.finished) return
    request.out.contentType = 'text/plain'
    request.respond(200, statusText(counters))
  }
  const asked = service.askAll?.()
  if (asked === undefined) send(service.counters())
  else void asked.then(send)
  return taken
}

/** A variable has to be known at once: this worker's share. */
const counter =
  (name: keyof Counters): Getter =>
  (request) =>
    String(request.connection.service.counters()[name])

/** The stub_status module. */
export const stubStatus: Module = {
  name: 'stub_status',
  directives: [
    row(
      'stub_status',
      'Answers with the counters of all workers.',
      { contexts: ['server', 'location'], args: [0, 1] },
      (scope) => scope.set(stubStatusSetting, true),
    ),
  ],
  variables: {
    names: {
      connections_active: counter('active'),
      connections_reading: counter('reading'),
      connections_writing: counter('writing'),
      connections_waiting: counter('waiting'),
    },
  },
  attach: (scope) => (scope.value(stubStatusSetting) ? { content: sendStatus } : undefined),
}
