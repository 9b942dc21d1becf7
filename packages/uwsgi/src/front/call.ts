import type { Application } from '@trivet/gateway'
import { Disconnect, InputQueue, type InputSource } from '@trivet/gateway/server'
import type { ResponseOwner, Tally } from '@trivet/http1/gateway'
import type { Packet } from '../packet-parser.ts'
import { UwsgiResponse } from './response.ts'
import type { ServerSettings } from './settings.ts'
import type { ServiceTime } from './service-time.ts'

/** What a connection needs of its server. */
export interface ConnectionHost {
  readonly application: Application
  readonly settings: ServerSettings
  readonly draining: boolean
  readonly serviceTime: ServiceTime
  readonly tally: Tally
  /** Milliseconds, as of the last sweep: cheap, and exact enough for timeouts. */
  readonly now: number
  forget(connection: object): void
}

/** One request of a connection. */
export interface Call {
  readonly packet: Packet
  readonly response: UwsgiResponse
  /** Undefined when there is no body. */
  readonly input: InputQueue | undefined
  state: 'waiting' | 'running' | 'done'
  /** The body is here, to its end. */
  bodyOver: boolean
  /** Bytes of the body that have come, and those of them that came after the answer. */
  received: number
  discarded: number
}

/** A call for a packet; its body is fed by `source`, its answer goes to `owner`. */
export function makeCall(packet: Packet, owner: ResponseOwner, source: InputSource): Call {
  return {
    packet,
    response: new UwsgiResponse(owner, new Disconnect(), packet.keepAlive !== undefined),
    input: packet.contentLength === 0 ? undefined : new InputQueue(source),
    state: 'waiting',
    bodyOver: false,
    received: 0,
    discarded: 0,
  }
}

/** The body of a call has come to its end. */
export function endBody(call: Call): void {
  call.bodyOver = true
  call.input?.end()
}

/** Nobody waits for a call's answer any more: its application is told, when it runs. */
export function abandon(call: Call | undefined, error: Error): void {
  if (call?.state !== 'running') return
  call.input?.fail(error)
  if (call.response.ended) return
  call.response.silence()
  call.response.disconnect.abort(error)
}
