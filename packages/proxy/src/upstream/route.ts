/** Where and how a request is forwarded: what a protocol's module decides, and the engine carries out. */
import type { Request } from '../http/request.ts'
import type { Forwarding } from './forwarding.ts'
import type { Peer, PeerGroup } from './peers.ts'
import type { Pool, Protocol } from './protocol.ts'
import type { UpstreamSettings } from './settings.ts'

/** The way of one request. */
export interface Route {
  readonly settings: UpstreamSettings
  readonly protocol: Protocol
  readonly group: PeerGroup
  /** The part of the URL behind the server, for log lines. */
  readonly logUri: string
  poolOf(peer: Peer): Pool
  /** The request up to its body. */
  encode(forwarding: Forwarding): string
  /** Changes a Location or Refresh of the answer. */
  readonly rewriteLocation?: (request: Request, location: string) => string
  /** Changes a Set-Cookie of the answer. */
  readonly rewriteCookie?: (request: Request, cookie: string) => string
  /** The method the upstream gets. */
  readonly method: string
  /** Instead of the client's body. */
  readonly body?: Buffer | undefined
  /** What chooses the server besides its turn. */
  readonly key: string
  /** The request may switch protocols. */
  readonly upgrades: boolean
}
