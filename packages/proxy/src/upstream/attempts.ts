/**
 * The attempts of one request to reach a server, and when there may be another (`*_next_upstream`): never more than the
 * group has servers, never after the time is over, for POST, LOCK and PATCH only while nothing was sent, and never once a
 * body was sent that is not kept. A kept connection that had died unnoticed costs no try.
 */
import type { ResponseHead } from '@trivet/http1'
import type { Peer } from './peers.ts'
import type { Route } from './route.ts'

/** What one attempt came to, as `$upstream_*` show it; times in milliseconds, -1 when it did not come so far. */
export interface AttemptState {
  readonly peer: string
  status: number
  connectTime: number
  headerTime: number
  responseTime: number
  bytesSent: number
  bytesReceived: number
  bodyLength: number
}

const nobody: ReadonlySet<Peer> = new Set()

/** Methods that are not sent twice. */
const cautious: ReadonlySet<string> = new Set(['POST', 'LOCK', 'PATCH'])

/** The attempts of one request. */
export class Attempts {
  readonly states: AttemptState[] = []
  /** The server of the attempt under way. */
  peer: Peer | undefined
  /** True once something of the request has left. */
  isSent = false
  readonly #route: Route
  #tried: Set<Peer> | undefined
  readonly #startTime = Date.now()
  #left: number
  #attemptStart = 0
  #excused = false

  constructor(route: Route) {
    this.#route = route
    this.#left = Math.max(1, route.group.isSingle ? 1 : route.group.size)
    if (route.settings.nextUpstreamTries > 0) this.#left = Math.min(this.#left, route.settings.nextUpstreamTries)
  }

  /** The attempt under way. */
  get state(): AttemptState | undefined {
    return this.states.at(-1)
  }

  /** What is being done, as log lines say it. */
  get doing(): string {
    if (this.state !== undefined && this.state.headerTime !== -1) return 'while reading upstream'
    return this.isSent ? 'while sending request to upstream' : 'while connecting to upstream'
  }

  /** Chooses the server of the next attempt; undefined when none is left. */
  next(): Peer | undefined {
    const { group, key } = this.#route
    const peer = group.next(this.#tried ?? nobody, key)
    this.peer = peer
    this.isSent = false
    this.states.push({
      peer: peer?.name ?? group.name,
      status: peer === undefined ? 502 : 0,
      connectTime: -1,
      headerTime: -1,
      responseTime: peer === undefined ? 0 : -1,
      bytesSent: 0,
      bytesReceived: 0,
      bodyLength: 0,
    })
    if (peer === undefined) return undefined
    peer.connections++
    this.#attemptStart = Date.now()
    return peer
  }

  /** The request is on its way. */
  connected(): void {
    this.isSent = true
    const { state } = this
    if (state !== undefined && state.connectTime === -1) state.connectTime = Date.now() - this.#attemptStart
  }

  /** The head of the answer is here. */
  answered(head: ResponseHead): void {
    const { state } = this
    if (state === undefined) return
    state.status = head.status
    state.headerTime = Date.now() - this.#attemptStart
    state.bytesReceived += head.byteLength
  }

  /** Whether another server may be tried after `kind` happened. */
  mayRetry(kind: string, method: string, bodyIsGone: boolean): boolean {
    const { nextUpstream, nextUpstreamTimeout } = this.#route.settings
    if (this.#left <= 1 || !nextUpstream.has(kind) || nextUpstream.has('off')) return false
    if (this.isSent && (bodyIsGone || (cautious.has(method) && !nextUpstream.has('non_idempotent')))) return false
    return nextUpstreamTimeout === 0 || Date.now() - this.#startTime < nextUpstreamTimeout
  }

  /** The attempt failed on a kept connection that had died: it does not count. */
  excuse(): void {
    this.#left++
    this.#excused = true
  }

  /** Counts the attempt that failed for `kind`; `next` follows. */
  retry(kind: string): void {
    this.#left--
    const { peer } = this
    if (peer === undefined) return
    if (!this.#excused) (this.#tried ??= new Set()).add(peer)
    this.#excused = false
    if (kind !== 'http_403' && kind !== 'http_404') this.#route.group.failed(peer)
  }

  /** The attempt is over: its server is free again. True when that server is left alone for a while; `isLast`: no other follows. */
  release(isGood: boolean, isLast: boolean): boolean {
    const { peer, state } = this
    if (peer === undefined || state === undefined || state.responseTime !== -1) return false
    state.responseTime = Date.now() - this.#attemptStart
    peer.connections--
    if (isGood) this.#route.group.succeeded(peer)
    else if (this.#left <= 1 || isLast) return this.#route.group.failed(peer)
    return false
  }
}
