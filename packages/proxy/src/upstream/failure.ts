/** What went wrong with an upstream: nginx's words for the log, the condition of `*_next_upstream`, the status. */
import type { ClientError, ClientErrorCode, ClientPhase } from '@trivet/http1/client'
import { systemErrorText } from '../language/system-error.ts'

/** A failed attempt. */
export interface Failure {
  readonly kind: 'error' | 'timeout' | 'invalid_header'
  readonly status: 502 | 504
}

/** What a client error means for the next attempt. */
export function failureOf(error: ClientError): Failure {
  if (error.code.endsWith('timeout')) return { kind: 'timeout', status: 504 }
  return { kind: error.code === 'protocol' ? 'invalid_header' : 'error', status: 502 }
}

const doing: Readonly<Record<ClientPhase, string>> = {
  connect: 'while connecting to upstream',
  send: 'while sending request to upstream',
  head: 'while reading response header from upstream',
  body: 'while reading upstream',
}

const whatHappened: Readonly<Record<ClientErrorCode, (error: ClientError, cause: Error | undefined) => string>> = {
  refused: connectFailed,
  unreachable: connectFailed,
  'connect-timeout': timedOut,
  'send-timeout': timedOut,
  'read-timeout': timedOut,
  reset: (_error, cause) =>
    `recv() failed (${cause === undefined ? '104: Connection reset by peer' : systemErrorText(cause)})`,
  closed: () => 'upstream prematurely closed connection',
  protocol: (error, cause) => `upstream sent an invalid answer (${cause?.message ?? error.message})`,
  aborted: () => 'the request was given up',
}

function connectFailed(error: ClientError, cause: Error | undefined): string {
  return `connect() failed (${cause === undefined ? error.message : systemErrorText(cause)})`
}

function timedOut(): string {
  return 'upstream timed out (110: Connection timed out)'
}

/** The message nginx would log. */
export function describeFailure(error: ClientError): string {
  const cause = error.cause instanceof Error ? error.cause : undefined
  return `${whatHappened[error.code](error, cause)} ${doing[error.phase]}`
}
