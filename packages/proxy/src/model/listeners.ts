/**
 * Sockets to bind, and which servers a connection on each can mean. An address that is part of a wildcard on the same
 * port shares the wildcard's socket; the connection's local address then tells them apart, as in nginx.
 */
import type { Report } from '../language/diagnostic.ts'
import type { Listener, Server } from './config.ts'
import { isWildcard, parseListen, type ListenSpec } from './listen.ts'
import type { Listening, ServerScope } from './scope.ts'
import { ServerNames } from './server-names.ts'

interface Entry {
  readonly scope: ServerScope
  readonly server: Server
}

interface AddressServers {
  spec: ListenSpec
  readonly entries: Entry[]
  preferred: Entry | undefined
}

/** The listeners of all servers. */
export function buildListeners(entries: readonly Entry[], report: Report): Listener[] {
  const addresses = new Map<string, AddressServers>()
  for (const entry of entries) for (const listening of listensOf(entry.scope)) add(addresses, entry, listening, report)
  const all = [...addresses.values()].map((address) => ({ ...address, names: namesOf(address, report) }))
  const wildcards = all.filter(({ spec }) => isWildcard(spec.address))
  const covered = new Map<string, Map<string, ServerNames<Server>>>()
  const bound = all.filter(({ spec, names }) => {
    const wildcard = wildcards.find((other) => other.spec !== spec && covers(other.spec, spec))
    if (wildcard === undefined || !('host' in spec.address)) return true
    if (wildcard.spec.proxyProtocol !== spec.proxyProtocol)
      report.emerg(
        `"proxy_protocol" of ${spec.text} has to be as that of ${wildcard.spec.text}, whose socket it shares`,
      )
    const map = covered.get(wildcard.spec.text) ?? new Map<string, ServerNames<Server>>()
    covered.set(wildcard.spec.text, map.set(spec.address.host, names))
    return false
  })
  return bound.map(({ spec, names }) => ({ spec, names, byAddress: covered.get(spec.text) ?? new Map() }))
}

function covers(wildcard: ListenSpec, spec: ListenSpec): boolean {
  if (!('host' in wildcard.address) || !('host' in spec.address) || isWildcard(spec.address)) return false
  return (
    wildcard.address.port === spec.address.port &&
    wildcard.address.host.includes(':') === spec.address.host.includes(':')
  )
}

function listensOf(scope: ServerScope): readonly Listening[] {
  if (scope.listens.length > 0) return scope.listens
  return parseListen([process.geteuid?.() === 0 ? '80' : '8000'], 80).specs.map((spec) => ({
    spec,
    isDefault: false,
    statement: undefined,
  }))
}

function add(
  addresses: Map<string, AddressServers>,
  entry: Entry,
  { spec, isDefault, statement }: Listening,
  report: Report,
): void {
  const known = addresses.get(spec.text)
  const address = known ?? { spec, entries: [], preferred: undefined }
  if (known === undefined) addresses.set(spec.text, address)
  else if (spec.backlog !== undefined || spec.keepalive !== undefined || spec.reusePort || spec.proxyProtocol === true)
    address.spec = { ...address.spec, ...spec }
  address.entries.push(entry)
  if (!isDefault) return
  if (address.preferred !== undefined) report.emerg(`a duplicate default server for ${spec.text}`, statement?.place)
  address.preferred = entry
}

function namesOf({ spec, entries, preferred }: AddressServers, report: Report): ServerNames<Server> {
  const fallback = preferred ?? entries[0]
  if (fallback === undefined) throw new Error(`no server listens on ${spec.text}`)
  const names = new ServerNames(fallback.server)
  for (const { scope, server } of entries) {
    const own = scope.names.length > 0 ? scope.names : ([{ kind: 'exact', text: '' }] as const)
    for (const name of own) {
      if (!names.add(name, server) && name.kind !== 'regex') {
        report.warn(`conflicting server name "${name.text}" on ${spec.text}, ignored`)
      }
    }
  }
  return names
}
