/** The way of one request to an HTTP upstream. */
import type { Request } from '../../http/request.ts'
import type { Forwarding } from '../../upstream/forwarding.ts'
import type { PoolFinder } from '../../upstream/groups.ts'
import { localAddressFor, type LocalAddress } from '../../upstream/local-address.ts'
import type { Peer, PeerGroup } from '../../upstream/peers.ts'
import type { Pool, Protocol } from '../../upstream/protocol.ts'
import type { Route } from '../../upstream/route.ts'
import type { UpstreamSettings } from '../../upstream/settings.ts'
import { httpProtocol } from './protocol.ts'
import { replaceStart, rewriteCookie, type CookieRules, type Replacement } from './rewriting.ts'
import { encodeHead, upstreamUri, type HeadSettings, type Target } from './settings.ts'

/** What all requests of a location share. */
export interface LocationProxy {
  readonly settings: UpstreamSettings
  readonly head: HeadSettings
  readonly pools: PoolFinder
  readonly redirects: readonly Replacement[]
  readonly cookies: CookieRules
  readonly hasVariables: boolean
}

/** The way of one request. */
export class HttpRoute implements Route {
  readonly protocol: Protocol = httpProtocol
  readonly settings: UpstreamSettings
  readonly group: PeerGroup
  readonly uri: string
  readonly method: string
  readonly body: Buffer | undefined
  readonly key: string
  readonly host: string
  readonly #location: LocationProxy
  readonly #local: LocalAddress | undefined

  constructor(
    request: Request,
    location: LocationProxy,
    group: PeerGroup,
    target: Target,
    method: string,
    body: Buffer | undefined,
  ) {
    this.#location = location
    this.settings = location.settings
    this.group = group
    this.host = target.host
    this.uri = upstreamUri(request, target, location.hasVariables)
    this.method = method
    this.body = body
    this.#local = localAddressFor(request, location.settings.bind)
    this.key = group.key?.read(request) ?? request.clientAddress
  }

  get logUri(): string {
    return this.uri
  }

  get upgrades(): boolean {
    return this.#location.head.setHeaders.some(({ lowerName }) => lowerName === 'upgrade')
  }

  poolOf(peer: Peer): Pool {
    return this.#location.pools(peer, this.group, this.#local)
  }

  encode(forwarding: Forwarding): string {
    return encodeHead(forwarding, this.#location.head, this.uri, this.host)
  }

  rewriteLocation(request: Request, location: string): string {
    return replaceStart(request, location, this.#location.redirects) ?? location
  }

  rewriteCookie(request: Request, cookie: string): string {
    return rewriteCookie(request, cookie, this.#location.cookies)
  }
}
