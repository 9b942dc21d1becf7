/** Turns scopes into the servers and locations that requests meet: each module says once what it does in each place. */
import { readCoreSettings } from '../modules/core/index.ts'
import { readServerSettings } from '../modules/core/server.ts'
import type { Server } from './config.ts'
import { LocationTree, type Location } from './location.ts'
import { allowed, declined, type Attachment, type Handler, type Module } from './module.ts'
import { autoRedirectSetting, frozenKey, LocationScope, type ServerScope } from './scope.ts'

/** Freezes the locations of one configuration. */
export class Freezer {
  readonly #modules: readonly Module[]

  constructor(modules: readonly Module[]) {
    this.#modules = modules
  }

  /** A server with all its locations. */
  server(scope: ServerScope): Server {
    const named = scope.locations.filter((location) => location.name.kind === 'named')
    const open = scope.locations.filter((location) => location.name.kind !== 'named')
    const statement = scope.statement
    if (statement === undefined) throw new Error('a server has no statement')
    return {
      name: scope.firstName,
      settings: readServerSettings(scope),
      rewrite: scope.steps,
      root: this.location(new LocationScope(scope, { kind: 'nameless', text: '' }, 'location', statement)),
      tree: new LocationTree(open.map((location) => this.location(location))),
      named: new Map(named.map((location) => [location.name.text, this.location(location)])),
    }
  }

  /** One location and those inside it. */
  location(scope: LocationScope): Location {
    for (const inner of scope.children) {
      if (inner instanceof LocationScope && inner.context === 'if in location')
        inner.set(frozenKey, this.location(inner))
    }
    const attachments = this.#modules.flatMap((module) => module.attach?.(scope) ?? [])
    const core = readCoreSettings(scope)
    const { limitExcept } = scope
    return {
      name: namedAfter(scope),
      core,
      rewrite: scope.steps,
      handlers: handlersOf(attachments, core.satisfyAny),
      headerFilters: attachments.flatMap((attachment) => attachment.headerFilter ?? []),
      logs: attachments.flatMap((attachment) => attachment.log ?? []),
      nested: new LocationTree(scope.locations.map((location) => this.location(location))),
      autoRedirect: scope.value(autoRedirectSetting),
      limitExcept: limitExcept && { methods: limitExcept.methods, location: this.location(limitExcept.scope) },
    }
  }
}

/** An `if` goes by the name of its location, which `alias` and `proxy_pass` need. */
function namedAfter(scope: LocationScope): Location['name'] {
  let at = scope
  while (at.name.kind === 'nameless' && at.parent instanceof LocationScope) at = at.parent
  return at.name
}

function handlersOf(attachments: readonly Attachment[], satisfyAny: boolean): readonly Handler[] {
  const pick = (phase: 'preaccess' | 'access' | 'precontent' | 'content'): Handler[] =>
    attachments.flatMap((attachment) => attachment[phase] ?? [])
  const access = pick('access')
  return [
    ...pick('preaccess'),
    ...(satisfyAny && access.length > 1 ? [anyOf(access)] : access),
    ...pick('precontent'),
    ...pick('content'),
  ]
}

/** `satisfy any`: the first handler that allows is enough; else the worst answer counts. */
function anyOf(handlers: readonly Handler[]): Handler {
  return (request) => {
    let refusal = declined
    for (const handler of handlers) {
      const result = handler(request)
      if (result === allowed) {
        request.out.remove('www-authenticate')
        return declined
      }
      if (result !== declined && refusal !== 401) refusal = result
    }
    return refusal
  }
}
