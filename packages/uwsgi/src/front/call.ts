import type { Application } from '@trivet/gateway'
import { InputQueue, type InputSource } from '@trivet/gateway/server'
import type { Packet } from '../packet-parser.ts'
import { InformingResponse, UwsgiResponse, type ResponseWire } from './response.ts'
import type { ServerSettings } from './settings.ts'
import type { ServiceTime } from './service-time.ts'

/** What a connection needs of its server. */
export interface ConnectionHost {
  readonly application: Application
  readonly settings: ServerSettings
  readonly draining: boolean
  readonly serviceTime: ServiceTime
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
}

/** A call for a packet; its body is fed by `source`, its answer goes to `wire`. */
export function makeCall(packet: Packet, wire: ResponseWire, source: InputSource): Call {
  const method = packet.vars.get('REQUEST_METHOD') ?? ''
  const Response = packet.keepAlive === undefined ? UwsgiResponse : InformingResponse
  return {
    packet,
    response: new Response(wire, method, packet),
    input: packet.contentLength === 0 ? undefined : new InputQueue(source),
    state: 'waiting',
  }
}
