/** The client's end of a connection as all its requests see it: who it is, what has come, what goes out, and how long that may take. */
import type { Socket } from 'node:net'
import type { Listener, Server } from '../model/config.ts'
import type { ServerNames } from '../model/server-names.ts'
import type { ErrorLog } from '../process/error-log.ts'
import { clientAddressOf, localHostOf, localPortOf } from './addresses.ts'
import { ClientInput } from './client-input.ts'
import { ClientOutput } from './client-output.ts'
import { ProxyGate } from './proxy-gate.ts'
import type { ProxiedAddresses } from './proxy-header.ts'
import type { ProxyHeader } from './proxy-protocol.ts'
import type { RequestBody } from './request-body.ts'
import type { Service } from './service.ts'

/** Bytes of a large file that a client gets first, of which nobody knows yet how much it takes at once. */
export const firstPiece: number = 128 * 1024

let counter = 0

/** What a connection has before anything is known of its requests. */
export abstract class ClientWire {
  readonly id: number = ++counter
  readonly service: Service
  readonly listener: Listener
  readonly socket: Socket
  readonly clientAddress: string
  /** `debug_connection` names it: its lines are written, whatever the level of a log. */
  readonly isVerbose: boolean
  /** Its requests tell all about themselves. */
  readonly isDebugged: boolean
  /** Reads the PROXY header, on listeners that have one. */
  protected readonly gate: ProxyGate | undefined
  readonly startTime: number = Date.now()
  /** The servers of its listener. */
  readonly names: ServerNames<Server>
  protected readonly input: ClientInput
  protected readonly output: ClientOutput
  /** How large a piece of a file the client gets next: its next file goes on as fast as the last one went. */
  pieceSize: number = firstPiece
  /** When the service's clock calls. */
  protected deadline: number

  constructor(service: Service, listener: Listener, socket: Socket) {
    this.service = service
    this.listener = listener
    this.socket = socket
    this.gate = listener.spec.proxyProtocol === true ? new ProxyGate() : undefined
    this.input = new ClientInput(socket)
    this.output = new ClientOutput(this, socket)
    this.clientAddress = clientAddressOf(listener, socket)
    this.isVerbose = service.debugs(this.clientAddress)
    this.isDebugged = this.isVerbose || service.log.enabled('debug')
    this.names =
      listener.byAddress.size === 0 ? listener.names : (listener.byAddress.get(this.localHost) ?? listener.names)
    this.deadline = this.startTime + this.names.fallback.settings.clientHeaderTimeout
  }

  /** The PROXY header of a proxy in front; undefined when there was none. */
  get proxyHeader(): ProxyHeader | undefined {
    return this.gate?.header
  }

  /** Who connected to it, and where. */
  get proxied(): ProxiedAddresses | undefined {
    return this.gate?.header?.addresses
  }

  get log(): ErrorLog {
    return this.isVerbose ? this.service.verboseLog : this.service.log
  }

  get localHost(): string {
    return localHostOf(this.listener, this.socket)
  }

  get localPort(): number {
    return localPortOf(this.listener, this.socket)
  }

  /** False when what is written piles up. */
  get hasRoom(): boolean {
    return this.output.hasRoom
  }

  /** True while the client has not taken all that was written. */
  get isBehind(): boolean {
    return this.output.isBehind
  }

  /** True when something has come that nobody has read. */
  get hasUnread(): boolean {
    return this.input.length > 0
  }

  /** Whether all of a body seems to have come already. */
  hasWhole(body: RequestBody): boolean {
    return body.isWholeIn(this.input.bytes)
  }

  /** Puts bytes on the wire before this turn of the event loop ends. */
  send(chunk: Buffer | string): void {
    this.output.send(chunk)
  }

  /** Writes what `send` has collected. */
  abstract flush(): void

  /** For tunnels: stops and starts the flow from the client. */
  pause(): void {
    this.input.pause()
  }

  resume(): void {
    this.input.resume()
  }

  /** Sets the time of the next timeout, in milliseconds from now. */
  expectWithin(milliseconds: number): void {
    this.deadline = Date.now() + milliseconds
  }
}
