/** What a client asked for, and where routing has brought it. */
import type { HeaderFields } from '@trivet/http1'
import type { Server } from '../model/config.ts'
import type { Location } from '../model/location.ts'
import type { LogLevel } from '../process/error-log.ts'
import type { Connection } from './connection.ts'
import { logText } from './field-value.ts'
import type { HeadError } from './head.ts'
import type { RequestBody } from './request-body.ts'

/** How often a request may be sent elsewhere inside the proxy, as in nginx. */
const redirectLimit = 10

const noSlots: (string | undefined)[] = []

/** The head of a request, as it was read. */
export interface RequestHead {
  readonly method: string
  readonly line: string
  /** As sent; of an absolute target, its path and query. */
  readonly target: string
  /** 9, 10 or 11 */
  readonly version: number
  readonly protocol: string
  readonly headers: HeaderFields
  /** Bytes, empty lines before it included. */
  readonly length: number
}

/** The request itself: the client's words do not change, what routing makes of them does. */
export abstract class RoutedRequest {
  readonly connection: Connection
  server: Server
  location: Location
  /** The effective method: `error_page` may turn it into GET. */
  method: string
  readonly line: string
  /** The target as sent; rewrites do not change it. */
  readonly target: string
  /** The normalised path. */
  uri = ''
  args = ''
  /** 9, 10 or 11 */
  readonly version: number
  readonly protocol: string
  readonly headers: HeaderFields
  /** Lower case, without port; empty when there was none. */
  host = ''
  port = 0
  /** The client's: the connection's, unless a trusted proxy told another (`set_real_ip_from`). */
  clientAddress: string
  #clientPort: number | undefined
  /** A trusted proxy has told it. */
  isClientTold = false
  readonly body: RequestBody
  /** Bytes of the head. */
  readonly headLength: number
  /** In milliseconds since the epoch. */
  readonly startTime: number
  keepAlive: boolean
  captures: RegExpExecArray | null = null
  slots: (string | undefined)[]
  /** Set by inner redirects: `internal` locations open up, the target no longer stands for the URI. */
  internal = false
  /** False once the URI was rewritten: proxies then send the URI, not the target. */
  uriIsOriginal = true
  /** Its body is larger than a location allowed: nobody reads it. */
  bodyIsRefused = false
  redirectsLeft: number = redirectLimit
  uriChanged = false
  /** False after `rewrite ... break`: the location's prefix no longer begins the URI. */
  locationIsValid = true
  /** Set by `try_files` where an `alias` stands for the whole URI: the file it found is below the alias. */
  appendsUriToAlias = false
  requestId: string | undefined
  /** Why its head was refused. */
  refusal: HeadError | undefined

  constructor(
    connection: Connection,
    server: Server,
    head: RequestHead,
    body: RequestBody,
    keepAlive: boolean,
    startTime: number,
  ) {
    this.connection = connection
    this.server = server
    this.location = server.root
    this.method = head.method
    this.line = head.line
    this.target = head.target
    this.version = head.version
    this.protocol = head.protocol
    this.headers = head.headers
    this.headLength = head.length
    this.body = body
    this.keepAlive = keepAlive
    this.startTime = startTime
    this.clientAddress = connection.clientAddress
    const slots = connection.service.slots
    this.slots = slots === 0 ? noSlots : Array.from<string | undefined>({ length: slots })
  }

  /** The client's port, undefined on sockets of the file system. */
  get clientPort(): number | undefined {
    return this.#clientPort ?? this.connection.socket.remotePort
  }

  set clientPort(port: number | undefined) {
    this.#clientPort = port
  }

  /** Every value of a request header, joined as one. */
  header(lowerName: string, separator: string = ', '): string | undefined {
    const first = this.headers.indexOf(lowerName)
    if (first === -1) return undefined
    const next = this.headers.indexOf(lowerName, first + 1)
    return next === -1 ? this.headers.value(first) : this.headers.getAll(lowerName).join(separator)
  }

  /** Writes to the error log, with what nginx says about the request behind the message. */
  log(level: LogLevel, message: string, upstream?: string): void {
    const { clientAddress } = this
    const { errorLog } = this.location.core
    const log = errorLog === undefined ? this.connection.log : this.connection.isVerbose ? errorLog.verbose() : errorLog
    if (!log.enabled(level)) return
    let text = `${message}, client: ${clientAddress}, server: ${this.server.name}, request: "${this.line}"`
    if (upstream !== undefined) text += `, upstream: "${upstream}"`
    const host = this.headers.get('host')
    if (host !== undefined) text += `, host: "${host}"`
    const referrer = this.headers.get('referer')
    if (referrer !== undefined) text += `, referrer: "${referrer}"`
    log.write(level, logText(text), this.connection.id)
  }
}
