/** `limit_conn`: how many requests of a client are served at a time; a connection counts while it has a request. */
import { differing } from '../../language/directive.ts'
import type { Report } from '../../language/diagnostic.ts'
import type { Statement } from '../../language/statement.ts'
import type { Request } from '../../http/request.ts'
import { declined, type Module } from '../../model/module.ts'
import { row, textOf } from '../../model/row.ts'
import type { LevelScope, LocationScope } from '../../model/scope.ts'
import { setting } from '../../model/setting.ts'
import type { Value } from '../../model/value.ts'
import { refusalRows, type Refusal } from './refusal.ts'
import { countsForItself, expectZone, keyOf, readZone, zonesOf, type Zones } from './zone.ts'

interface Zone {
  readonly name: string
  readonly key: Value
  readonly capacity: number
  readonly counts: Map<string, number>
}

interface Limits extends Refusal {
  readonly list: readonly { readonly zone: Zone; readonly most: number }[]
}

const kind = 'limit_conn_zone'
const longestKey = 255
const mostConnections = 65_535
const limits = setting<readonly { readonly zoneName: string; readonly most: number }[]>('limit_conn', [])
const refusal = refusalRows('limit_conn')

function zones(scope: LevelScope): Zones<Zone> {
  return zonesOf<Zone>(scope.http, kind)
}

function applyZone(scope: LevelScope, statement: Statement, report: Report): void {
  const line = readZone(scope, statement, report)
  if (line === undefined) return
  for (const text of line.rest) report.emerg(`invalid parameter "${text}"`)
  const { name, key, capacity } = line
  zones(scope).add(name, { name, key, capacity, counts: new Map() }, report)
}

function applyLimit(scope: LevelScope, statement: Statement, report: Report): void {
  const zoneName = textOf(statement, 0)
  const most = textOf(statement, 1)
  const own = scope.get(limits) ?? []
  if (own.some((limit) => limit.zoneName === zoneName)) report.emerg('"limit_conn" directive is duplicate')
  else if (!/^[1-9]\d*$/.test(most)) report.emerg(`invalid number of connections "${most}"`)
  else if (Number(most) > mostConnections) report.emerg(`connection limit must be less ${mostConnections + 1}`)
  else {
    expectZone(scope, kind, zoneName, statement.place)
    scope.set(limits, [...own, { zoneName, most: Number(most) }])
  }
}

function check(request: Request, settings: Limits): number {
  const { main } = request
  if (main.limitConnectionStatus !== undefined) return declined
  const counted: (() => void)[] = []
  for (const { zone, most } of settings.list) {
    const key = keyOf(request, zone.key, longestKey)
    if (key === undefined) continue
    main.limitConnectionStatus = 'PASSED'
    const count = zone.counts.get(key) ?? 0
    if (count >= most || (count === 0 && zone.counts.size >= zone.capacity)) {
      for (const release of counted) release()
      return refuse(request, settings, zone.name, count)
    }
    zone.counts.set(key, count + 1)
    counted.push(() => release(zone, key))
  }
  if (counted.length > 0) main.onSettle(() => counted.forEach((release) => release()))
  return declined
}

function release({ counts }: Zone, key: string): void {
  const count = counts.get(key) ?? 0
  if (count > 1) counts.set(key, count - 1)
  else counts.delete(key)
}

function refuse(request: Request, settings: Limits, zone: string, count: number): number {
  if (count > 0)
    request.log(settings.logLevel, `limiting connections${settings.isDryRun ? ', dry run,' : ''} by zone "${zone}"`)
  request.main.limitConnectionStatus = settings.isDryRun ? 'REJECTED_DRY_RUN' : 'REJECTED'
  return settings.isDryRun ? declined : settings.status
}

function attach(scope: LocationScope): ReturnType<NonNullable<Module['attach']>> {
  const table = zones(scope)
  const list = scope.value(limits).flatMap(({ zoneName, most }) => {
    const zone = table.get(zoneName)
    return zone === undefined ? [] : [{ zone, most }]
  })
  if (list.length === 0) return undefined
  const settings: Limits = {
    list,
    ...refusal.read(scope),
  }
  return { preaccess: (request) => check(request, settings) }
}

/** The limit_conn module. */
export const limitConnections: Module = {
  name: 'limit_conn',
  directives: [
    differing(
      row('limit_conn_zone', 'A table of clients.', { contexts: ['http'], args: [2, 2] }, applyZone),
      countsForItself,
    ),
    row('limit_conn', 'How many requests of a client are served at a time.', { args: [2, 2] }, applyLimit),
    ...refusal.directives,
  ],
  variables: { names: { limit_conn_status: (request) => request.main.limitConnectionStatus } },
  attach,
}
