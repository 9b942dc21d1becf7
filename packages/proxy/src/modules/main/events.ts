/** `events` and what stands in it. */
import type { Directive } from '../../language/directive.ts'
import { argument, readNumber } from '../../language/values.ts'
import { addressMatcher } from '../../model/address-matcher.ts'
import { acceptedRow } from '../../model/row.ts'
import { draftOf } from './settings.ts'

const ofSystem: readonly string[] = [
  'use',
  'multi_accept',
  'accept_mutex',
  'accept_mutex_delay',
  'worker_aio_requests',
  'epoll_events',
  'kqueue_changes',
  'kqueue_events',
  'devpoll_changes',
  'devpoll_events',
  'eventport_events',
  'iocp_threads',
  'acceptex_read',
  'post_acceptex',
]

/** The rows of events. */
export const eventRows: readonly Directive[] = [
  {
    name: 'events',
    contexts: ['main'],
    args: [0, 0],
    block: 'events',
    once: true,
    doc: 'How connections are handled.',
    apply: (scope, statement) => {
      draftOf(scope)
      return scope.child('events', statement)
    },
  },
  {
    name: 'worker_connections',
    contexts: ['events'],
    args: [1, 1],
    once: true,
    doc: 'How many connections one worker may hold (default 512).',
    apply: (scope, statement, report) => {
      const settings = draftOf(scope)
      settings.workerConnections = readNumber(statement, report, 0, [1]) ?? settings.workerConnections
    },
  },
  {
    name: 'debug_connection',
    contexts: ['events'],
    args: [1, 1],
    doc: 'A client, or network of clients, whose connections are logged down to the level debug.',
    differs: 'The lines tell heads, routing, upstreams and answers; host names are not resolved.',
    apply: (scope, statement, report) => {
      const { text, place } = argument(statement)
      const test = addressMatcher(text)
      if (test === undefined) report.emerg(`invalid address "${text}" in "debug_connection"`, place)
      else draftOf(scope).debugConnections.push(test)
    },
  },
  ...ofSystem.map((name) => acceptedRow(name, 'Accepted: Node and the operating system decide.')),
]
