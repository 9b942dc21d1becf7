/** A `*_pass` whose server a variable names: an upstream, an address, or a name that has to be resolved first. */
import { isIP } from 'node:net'
import type { Activity } from '../http/activity.ts'
import type { Request } from '../http/request.ts'
import { taken } from '../model/module.ts'
import { isResolution, type NameResolver, type Resolution } from '../resolver/name-resolver.ts'
import type { ResolveFailure } from '../resolver/failure.ts'
import { parsePeerAddress, type Groups } from './groups.ts'
import type { PeerGroup } from './peers.ts'

/** Where servers are looked for. */
export interface Finder {
  readonly groups: Groups
  readonly resolver: NameResolver | undefined
  /** Milliseconds that resolving may take. */
  readonly timeout: number
  /** 0 when the name has to have a port. */
  readonly defaultPort: number
}

/** Finds the servers that `text` names and goes on with them, at once or when the name is resolved; a handler's result. */
export function findServers(request: Request, finder: Finder, text: string, go: (group: PeerGroup) => void): number {
  const { groups, resolver, defaultPort } = finder
  const known = groups.known(text)
  if (known !== undefined) {
    go(known)
    return taken
  }
  const address = parsePeerAddress(text, defaultPort)
  if (address === undefined) {
    const why = /^[^:/[\]\s]+$/.test(text) ? `no port in upstream "${text}"` : `invalid host in upstream "${text}"`
    request.log('error', why)
    return 500
  }
  if ('path' in address || isIP(address.host) !== 0) {
    go(groups.addressed(text, address))
    return taken
  }
  if (resolver === undefined) {
    request.log('error', `no resolver defined to resolve ${address.host}`)
    request.failureCause = `there is no resolver for ${address.host}`
    return 502
  }
  const { host, port } = address
  const wait = new Waiting(request, (result) => {
    if (isResolution(result)) go(groups.resolved(text, port, result))
    else failed(request, host, result)
  })
  wait.start(resolver, host, finder.timeout)
  return taken
}

function failed(request: Request, host: string, { code, text }: ResolveFailure): void {
  const message = `${host} could not be resolved (${code}: ${text})`
  request.log('error', message)
  request.failureCause = message
  request.finalize(502)
}

/** A request that waits for a name. */
class Waiting implements Activity {
  readonly #request: Request
  readonly #resolved: (result: Resolution | ResolveFailure) => void
  #cancel: (() => void) | undefined

  constructor(request: Request, resolved: (result: Resolution | ResolveFailure) => void) {
    this.#request = request
    this.#resolved = resolved
  }

  start(resolver: NameResolver, host: string, timeout: number): void {
    this.#request.activity = this
    this.#cancel = resolver.resolve(host, timeout, (result) => {
      if (this.#request.activity === this) this.#request.activity = undefined
      this.#resolved(result)
    })
  }

  onAbort(): void {
    this.#request.activity = undefined
    this.#cancel?.()
    if (!this.#request.finished) this.#request.finalize(499)
  }

  onFinish(): void {
    this.#cancel?.()
  }
}
