import type { Errors } from '@trivet/gateway'
import { textErrors } from '@trivet/gateway/server'
import type { RunOptions } from '@trivet/gateway/server'
import type { RequestWatch } from '@trivet/http1/gateway'
import { defaultPacketLimits, type PacketLimits } from '../limits.ts'
import type { EnvironSettings } from './environ.ts'

/** How a uwsgi server behaves; every time is in milliseconds. */
export interface UwsgiServerOptions {
  /** What a packet may cost. */
  readonly limits?: Partial<PacketLimits>
  /** Without a byte for so long, a head or a body that has begun is given up (uWSGI's `socket-timeout`). */
  readonly socketTimeout?: number
  /** Without progress for so long, a response that the peer does not read is given up. */
  readonly sendTimeout?: number
  /** How long a kept connection may be idle. */
  readonly idleTimeout?: number
  /** How long, and for how many bytes, a peer may go on sending after the last answer before it is cut off. */
  readonly lingerTimeout?: number
  /** Bytes of an unread request body that are read away to keep a connection. */
  readonly unreadBody?: number
  /** Requests of one connection that may wait unanswered, as advertised; 1 forbids pipelining, 0 keep-alive. */
  readonly depth?: number
  /** Requests this server can work on at once, as advertised. */
  readonly capacity?: number
  /** Open connections of each listener; those beyond are closed at once. */
  readonly maxConnections?: number | undefined
  /** Told of each connection beyond `maxConnections`. */
  readonly onDrop?: () => void
  /** Control vars (`UWSGI_SCRIPT`, ...) to pass on to the application instead of refusing the request. */
  readonly controlVars?: readonly string[]
  /** The environ's `tsgi.multiprocess`. */
  readonly multiprocess?: boolean
  /** The environ's `tsgi.errors`; stderr when absent. */
  readonly errors?: Errors
  /** Further keys for each environ. */
  readonly environ?: Readonly<Record<string, unknown>>
  /** Takes one line per refused request or broken connection; stderr when absent. */
  readonly log?: (line: string) => void
  /** Takes what applications throw; `errors` when absent. */
  readonly onError?: RunOptions['onError']
  /** Told of every request the application gets. */
  readonly watch?: RequestWatch | undefined
}

/** `UwsgiServerOptions` with nothing left open. */
export interface ServerSettings {
  readonly limits: PacketLimits
  readonly socketTimeout: number
  readonly sendTimeout: number
  readonly idleTimeout: number
  readonly lingerTimeout: number
  readonly unreadBody: number
  readonly depth: number
  readonly capacity: number | undefined
  readonly maxConnections: number
  readonly onDrop: () => void
  readonly environ: EnvironSettings
  readonly log: (line: string) => void
  readonly run: RunOptions | undefined
  readonly watch: RequestWatch | undefined
}

/**
 * `socketTimeout` is uWSGI's; `sendTimeout` is nginx's, since uWSGI's 4 s cut slow downloads; `idleTimeout` is above
 * the client's, so that it is the client who closes; 64 KiB of unread body are cheaper to read than a connection is to
 * make; a depth of 8 is where pipelining's gain ends.
 */
export const serverDefaults = {
  socketTimeout: 4000,
  sendTimeout: 60_000,
  idleTimeout: 75_000,
  lingerTimeout: 5000,
  unreadBody: 65_536,
  depth: 8,
} as const

/** Fills in the defaults. */
export function settleOptions(options: UwsgiServerOptions): ServerSettings {
  const { onError } = options
  return {
    limits: { ...defaultPacketLimits, ...options.limits },
    socketTimeout: options.socketTimeout ?? serverDefaults.socketTimeout,
    sendTimeout: options.sendTimeout ?? serverDefaults.sendTimeout,
    idleTimeout: options.idleTimeout ?? serverDefaults.idleTimeout,
    lingerTimeout: options.lingerTimeout ?? serverDefaults.lingerTimeout,
    unreadBody: options.unreadBody ?? serverDefaults.unreadBody,
    depth: options.depth ?? serverDefaults.depth,
    capacity: options.capacity,
    maxConnections: options.maxConnections ?? Number.POSITIVE_INFINITY,
    onDrop: options.onDrop ?? (() => {}),
    environ: {
      errors: options.errors ?? textErrors(),
      multiprocess: options.multiprocess ?? false,
      controlVars: new Set(options.controlVars),
      extra: options.environ,
    },
    log: options.log ?? ((line) => void process.stderr.write(`${line}\n`)),
    run: onError === undefined ? undefined : { onError },
    watch: options.watch,
  }
}
