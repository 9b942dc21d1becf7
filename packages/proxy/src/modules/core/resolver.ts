/** `resolver`: who is asked for the addresses of names that are not known before a request comes. */
import type { Context, Directive } from '../../language/directive.ts'
import type { Report } from '../../language/diagnostic.ts'
import type { Statement } from '../../language/statement.ts'
import { parseTime } from '../../language/values.ts'
import { timeRow } from '../../language/rows.ts'
import { atLeast, everywhere, row } from '../../model/row.ts'
import { addResource, type LevelScope } from '../../model/scope.ts'
import { setting } from '../../model/setting.ts'
import type { NameServer } from '../../resolver/inquiry.ts'
import { NameResolver, type ResolverSettings } from '../../resolver/name-resolver.ts'

const resolver = setting<NameResolver | undefined>('resolver', undefined)
/** nginx's. */
const defaultTimeout = 30_000
const resolverTimeout = setting('resolver_timeout', defaultTimeout)

const contexts: readonly Context[] = [...everywhere, 'upstream']

/** The rows about resolvers. */
export const resolverRows: readonly Directive[] = [
  row(
    'resolver',
    'Name servers for names in variables.',
    { contexts, args: atLeast(1), once: true },
    (scope, statement, report) => {
      scope.set(resolver, readResolver(scope, statement, report))
    },
  ),
  timeRow('resolver_timeout', contexts, resolverTimeout, 'How long resolving a name may take.'),
]

/** Who resolves names for a place, and how long that may take. */
export interface PlaceResolver {
  readonly resolver: NameResolver | undefined
  readonly timeout: number
}

/** The resolver in force in a place. */
export function resolverOf(scope: LevelScope): PlaceResolver {
  return { resolver: scope.value(resolver), timeout: scope.value(resolverTimeout) }
}

/** Reads the arguments of a `resolver`; undefined when they are wrong, which is reported. */
function readResolver(scope: LevelScope, statement: Statement, report: Report): NameResolver | undefined {
  const servers: NameServer[] = []
  const settings = { valid: undefined as number | undefined, ipv4: true, ipv6: true }
  for (const { text, place } of statement.args) {
    const [name = '', value = ''] = text.split('=')
    if (name === 'valid' && parseTime(value, 's') !== undefined) settings.valid = parseTime(value, 's')
    else if ((name === 'ipv4' || name === 'ipv6') && (value === 'on' || value === 'off'))
      settings[name] = value === 'on'
    else if (text.startsWith('status_zone='))
      report.emerg('the `status_zone` of a resolver belongs to the commercial nginx', place)
    else {
      const server = text.includes('=') ? undefined : parseNameServer(text)
      if (server === undefined) report.emerg(`invalid parameter: ${text}`, place)
      else servers.push(server)
    }
  }
  if (!settings.ipv4 && !settings.ipv6) report.emerg('"ipv4" and "ipv6" cannot both be "off"')
  if (servers.length === 0) report.emerg('no name servers defined')
  if (servers.length === 0 || !(settings.ipv4 || settings.ipv6)) return undefined
  return openResolver(scope, { servers, ...settings })
}

function openResolver(scope: LevelScope, settings: ResolverSettings): NameResolver {
  const made = new NameResolver(settings)
  addResource(scope.http, { close: () => made.close() })
  return made
}

const dnsPort = 53

function parseNameServer(text: string): NameServer | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]\s]+))(?::(\d{1,5}))?$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3] ?? dnsPort)
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}
