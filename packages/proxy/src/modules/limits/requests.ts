/** `limit_req`: requests beyond a rate wait, and beyond a burst are refused. */
import { differing } from '../../language/directive.ts'
import type { Report } from '../../language/diagnostic.ts'
import type { Statement } from '../../language/statement.ts'
import type { Request } from '../../http/request.ts'
import { declined, taken, type Module } from '../../model/module.ts'
import { row, textsOf } from '../../model/row.ts'
import type { LevelScope, LocationScope } from '../../model/scope.ts'
import { setting } from '../../model/setting.ts'
import type { Value } from '../../model/value.ts'
import type { LogLevel } from '../../process/error-log.ts'
import { LeakyBuckets } from './leaky-buckets.ts'
import { refusalRows, type Refusal } from './refusal.ts'
import { countsForItself, expectZone, keyOf, readZone, zonesOf, type Zones } from './zone.ts'

interface Zone {
  readonly name: string
  readonly key: Value
  readonly buckets: LeakyBuckets
}

/** One `limit_req`; numbers in thousandths of a request. */
interface Limit {
  readonly zoneName: string
  readonly burst: number
  readonly delay: number
}

interface Limits extends Refusal {
  readonly list: readonly { readonly zone: Zone; readonly burst: number; readonly delay: number }[]
  readonly delayLogLevel: LogLevel
}

const kind = 'limit_req_zone'
const longestKey = 65_535
const limits = setting<readonly Limit[]>('limit_req', [])
const refusal = refusalRows('limit_req')

/** Delays are logged one level below refusals. */
const below = { error: 'warn', warn: 'notice', notice: 'info', info: 'debug' } as const

function zones(scope: LevelScope): Zones<Zone> {
  return zonesOf<Zone>(scope.http, kind)
}

function applyZone(scope: LevelScope, statement: Statement, report: Report): void {
  const line = readZone(scope, statement, report)
  if (line === undefined) return
  let rate = 1000
  for (const text of line.rest) {
    const match = /^rate=([1-9]\d*)(r\/s|r\/m)?$/.exec(text)
    if (match !== null) rate = Math.trunc((Number(match[1]) * 1000) / (match[2] === 'r/m' ? 60 : 1))
    else report.emerg(text.startsWith('rate=') ? `invalid rate "${text}"` : `invalid parameter "${text}"`)
  }
  const { name, key } = line
  zones(scope).add(name, { name, key, buckets: new LeakyBuckets(rate, line.capacity) }, report)
}

function applyLimit(scope: LevelScope, statement: Statement, report: Report): void {
  let zoneName: string | undefined
  let burst = 0
  let delay = 0
  for (const text of textsOf(statement)) {
    const [name = '', value = ''] = text.split('=')
    if (name === 'zone') zoneName = value
    else if (text === 'nodelay') delay = Number.POSITIVE_INFINITY
    else if (name !== 'burst' && name !== 'delay') report.emerg(`invalid parameter "${text}"`)
    else if (!/^[1-9]\d*$/.test(value)) report.emerg(`invalid ${name} value "${text}"`)
    else if (name === 'burst') burst = Number(value) * 1000
    else delay = Number(value) * 1000
  }
  const own = scope.get(limits) ?? []
  if (zoneName === undefined) report.emerg('"limit_req" must have "zone" parameter')
  else if (own.some((limit) => limit.zoneName === zoneName)) report.emerg('"limit_req" directive is duplicate')
  else {
    expectZone(scope, kind, zoneName, statement.place)
    scope.set(limits, [...own, { zoneName, burst, delay }])
  }
}

/** `1500` thousandths as nginx prints them: `1.500`. */
function amount(thousandths: number): string {
  return `${Math.trunc(thousandths / 1000)}.${String(thousandths % 1000).padStart(3, '0')}`
}

function check(request: Request, settings: Limits): number {
  const { main } = request
  if (main.limitRequestStatus !== undefined) return declined
  const now = Date.now()
  const counted: { readonly limit: Limits['list'][number]; readonly key: string }[] = []
  for (const limit of settings.list) {
    const key = keyOf(request, limit.zone.key, longestKey)
    if (key === undefined) continue
    const excess = limit.zone.buckets.excessOf(key, now)
    if (excess > limit.burst) return refuse(request, settings, limit.zone.name, excess)
    counted.push({ limit, key })
  }
  if (counted.length === 0) return declined
  let wait = 0
  let worst = { excess: 0, name: '' }
  // In nginx's order: the last one first.
  for (const { limit, key } of counted.toReversed()) {
    const excess = limit.zone.buckets.count(key, now)
    if (excess <= limit.delay) continue
    const time = Math.trunc(((excess - limit.delay) * 1000) / limit.zone.buckets.rate)
    if (time > wait) {
      wait = time
      worst = { excess, name: limit.zone.name }
    }
  }
  if (wait > 0) return hold(request, settings, wait, worst)
  main.limitRequestStatus = 'PASSED'
  return declined
}

function refuse(request: Request, settings: Limits, zone: string, excess: number): number {
  const dry = settings.isDryRun ? ', dry run' : ''
  request.log(settings.logLevel, `limiting requests${dry}, excess: ${amount(excess)} by zone "${zone}"`)
  request.main.limitRequestStatus = settings.isDryRun ? 'REJECTED_DRY_RUN' : 'REJECTED'
  return settings.isDryRun ? declined : settings.status
}

function hold(
  request: Request,
  settings: Limits,
  wait: number,
  { excess, name }: { readonly excess: number; readonly name: string },
): number {
  const dry = settings.isDryRun ? ', dry run' : ''
  request.log(settings.delayLogLevel, `delaying request${dry}, excess: ${amount(excess)}, by zone "${name}"`)
  request.main.limitRequestStatus = settings.isDryRun ? 'DELAYED_DRY_RUN' : 'DELAYED'
  if (settings.isDryRun) return declined
  const timer = setTimeout(() => {
    request.activity = undefined
    request.again()
  }, wait)
  request.activity = {
    onFinish: () => clearTimeout(timer),
    onAbort: () => request.finalize(499),
  }
  return taken
}

function attach(scope: LocationScope): ReturnType<NonNullable<Module['attach']>> {
  const table = zones(scope)
  const list = scope.value(limits).flatMap(({ zoneName, burst, delay }) => {
    const zone = table.get(zoneName)
    return zone === undefined ? [] : [{ zone, burst, delay }]
  })
  if (list.length === 0) return undefined
  const how = refusal.read(scope)
  const settings: Limits = { list, ...how, delayLogLevel: below[how.logLevel] }
  return { preaccess: (request) => check(request, settings) }
}

/** The limit_req module. */
export const limitRequests: Module = {
  name: 'limit_req',
  directives: [
    differing(
      row('limit_req_zone', 'A table of clients and their rate.', { contexts: ['http'], args: [3, 3] }, applyZone),
      countsForItself,
    ),
    row('limit_req', 'How many requests beyond the rate wait, and how many are refused.', { args: [1, 3] }, applyLimit),
    ...refusal.directives,
  ],
  variables: { names: { limit_req_status: (request) => request.main.limitRequestStatus } },
  attach,
}
