/** What went wrong with an exchange; part of the API, unlike the message. */
export type ClientErrorCode =
  | 'refused'
  | 'unreachable'
  | 'connect-timeout'
  | 'send-timeout'
  | 'read-timeout'
  | 'reset'
  | 'closed'
  | 'protocol'
  | 'aborted'

/** How far an exchange had come. */
export type ClientPhase = 'connect' | 'send' | 'head' | 'body'

const facts: Record<ClientErrorCode, string> = {
  refused: 'refused the connection',
  unreachable: 'cannot be reached',
  'connect-timeout': 'did not accept the connection in time',
  'send-timeout': 'did not take the request in time',
  'read-timeout': 'did not answer in time',
  reset: 'reset the connection',
  closed: 'closed the connection before the end of its answer',
  protocol: 'broke the protocol',
  aborted: 'was given up',
}

/** An exchange that did not come to its end. */
export class ClientError extends Error {
  override readonly name = 'ClientError'
  readonly code: ClientErrorCode
  readonly phase: ClientPhase
  /** A kept-alive connection died before any answer: the server had closed it meanwhile, and trying again costs nothing. */
  readonly reused: boolean
  /** The peer, as logs show it. */
  readonly address: string

  constructor(code: ClientErrorCode, phase: ClientPhase, reused: boolean, address: string, cause?: Error) {
    const message = `${address} ${facts[code]} (phase: ${phase})${cause === undefined ? '' : `: ${cause.message}`}`
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.phase = phase
    this.reused = reused
    this.address = address
  }
}

const refusals = new Set(['ECONNREFUSED', 'EAGAIN'])

/** The code for a socket's error; `EAGAIN` is a unix socket whose backlog is full. */
export function socketErrorCode(error: NodeJS.ErrnoException, connecting: boolean): ClientErrorCode {
  if (!connecting) return 'reset'
  if (error.code === 'ETIMEDOUT') return 'connect-timeout'
  return refusals.has(error.code ?? '') ? 'refused' : 'unreachable'
}
