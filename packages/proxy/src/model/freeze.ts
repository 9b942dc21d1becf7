/** Turns scopes into the servers and locations that requests meet: each module says once what it does in each place. */
import { readCoreSettings } from '../modules/core/index.ts'
import { readServerSettings } from '../modules/core/server.ts'
import type { Server } from './config.ts'
import { LocationTree, type Location } from './location.ts'
import { accessPhase } from './access-phase.ts'
import { Common } from './common.ts'
import type { Attachment, Handler, Module } from './module.ts'
import { autoRedirectSetting, frozenKey, LocationScope, type ServerScope } from './scope.ts'

/** What the modules do in a location, and the engine's settings there. */
type Parts = Pick<Location, 'core' | 'handlers' | 'innerHandlers' | 'postread' | 'kept' | 'headerFilters' | 'logs'>

/** Freezes the locations of one configuration. */
export class Freezer {
  readonly #attachments: readonly Common<Attachment | undefined>[]
  readonly #core = new Common(readCoreSettings)
  readonly #parts = new Common((scope) => this.#makeParts(scope))

  constructor(modules: readonly Module[]) {
    this.#attachments = modules.map(({ attach }) => new Common((scope) => attach?.(scope)))
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
      tree: LocationTree.of(open.map((location) => this.location(location))),
      named: new Map(named.map((location) => [location.name.text, this.location(location)])),
    }
  }

  /** One location and those inside it. */
  location(scope: LocationScope): Location {
    for (const inner of scope.children) {
      if (inner instanceof LocationScope && inner.context === 'if in location')
        inner.set(frozenKey, this.location(inner))
    }
    const { limitExcept } = scope
    return {
      name: namedAfter(scope),
      ...this.#parts.of(scope),
      rewrite: scope.steps,
      nested: LocationTree.of(scope.locations.map((location) => this.location(location))),
      autoRedirect: scope.value(autoRedirectSetting),
      limitExcept: limitExcept && { methods: limitExcept.methods, location: this.location(limitExcept.scope) },
    }
  }

  #makeParts(scope: LocationScope): Parts {
    const attachments = this.#attachments.flatMap((attachment) => attachment.of(scope) ?? [])
    const access = attachments.flatMap((attachment) => attachment.access ?? [])
    const core = this.#core.of(scope)
    const innerHandlers = handlersOf(attachments, [])
    return {
      core,
      handlers:
        access.length === 0
          ? innerHandlers
          : handlersOf(attachments, accessPhase(access, core.satisfyAny, core.authDelay)),
      innerHandlers,
      postread: attachments.flatMap((attachment) => attachment.postread ?? []),
      kept: new Map(attachments.flatMap((attachment) => (attachment.keep === undefined ? [] : [attachment.keep]))),
      headerFilters: attachments.flatMap((attachment) => attachment.headerFilter ?? []),
      logs: attachments.flatMap((attachment) => attachment.log ?? []),
    }
  }
}

/** An `if` goes by the name of its location, which `alias` and `proxy_pass` need. */
function namedAfter(scope: LocationScope): Location['name'] {
  let at = scope
  while (at.name.kind === 'nameless' && at.parent instanceof LocationScope) at = at.parent
  return at.name
}

function handlersOf(attachments: readonly Attachment[], access: readonly Handler[]): readonly Handler[] {
  const pick = (phase: 'preaccess' | 'precontent' | 'content'): Handler[] =>
    attachments.flatMap((attachment) => attachment[phase] ?? [])
  return [...pick('preaccess'), ...access, ...pick('precontent'), ...pick('content')]
}
