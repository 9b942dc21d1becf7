/** What went wrong with an upstream: nginx's words for the log, the condition of `*_next_upstream`, the status. */
import type { ClientError, ClientPhase } from '@trivet/http1/client'
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

/** The message nginx would log. */
export function describeFailure(error: ClientError): string {
  const phase = doing[error.phase]
  const cause = error.cause instanceof Error ? error.cause : undefined
  switch (error.code) {
    case 'refused':
    case 'unreachable':
      return `connect() failed (${cause === undefined ? error.message : systemErrorText(cause)}) ${phase}`
    case 'connect-timeout':
    case 'send-timeout':
    case 'read-timeout':
      return `upstream timed out (110: Connection timed out) ${phase}`
    case 'reset':
      return `recv() failed (${cause === undefined ? '104: Connection reset by peer' : systemErrorText(cause)}) ${phase}`
    case 'closed':
      return `upstream prematurely closed connection ${phase}`
    case 'protocol':
      return `upstream sent an invalid answer (${cause?.message ?? error.message}) ${phase}`
    default:
      return `the request was given up ${phase}`
  }
}
