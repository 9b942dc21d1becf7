/** `limit_req_zone` and `limit_conn_zone`: tables of clients under a name, which several places count in. */
import type { Report } from '../../language/diagnostic.ts'
import { parseSize } from '../../language/values.ts'
import type { Statement } from '../../language/statement.ts'
import type { Request } from '../../http/request.ts'
import type { HttpScope, LevelScope } from '../../model/scope.ts'
import { compileAt } from '../../model/row.ts'
import type { Value } from '../../model/value.ts'
import { mainSettings } from '../main/settings.ts'

/** Bytes that nginx needs for one client: a zone of one megabyte holds eight thousand. */
const bytesPerState = 128
/** nginx refuses zones below eight pages of memory. */
const smallestZone = 8 * 4096

/** What a zone directive says. */
export interface ZoneLine {
  readonly name: string
  readonly key: Value
  /** How many clients it may hold. */
  readonly capacity: number
  /** Words besides `zone=`. */
  readonly rest: readonly string[]
}

/** What each zone row says about its difference from nginx. */
export const countsForItself = 'Each worker counts for itself: with several of them as many times more may get through.'

/** Several workers are said aloud: whoever counts on a limit has to know what it is. */
function warnOfWorkers(scope: LevelScope, name: string, report: Report): void {
  const { parent } = scope.http
  const workers = parent === undefined ? 1 : mainSettings(parent).workers
  if (workers > 1)
    report.warn(
      `each of the ${workers} workers counts for itself in zone "${name}": up to ${workers} times as many may get through`,
    )
}

/** Reads `KEY zone=NAME:SIZE ...`; reports what is wrong. */
export function readZone(scope: LevelScope, statement: Statement, report: Report): ZoneLine | undefined {
  const [keyWord, ...words] = statement.args
  const texts = words.map((word) => word.text)
  const zone = texts.findLast((text) => text.startsWith('zone='))
  if (keyWord === undefined || zone === undefined) {
    report.emerg(`"${statement.name}" must have "zone" parameter`)
    return undefined
  }
  const match = /^zone=([^:]+):(.+)$/.exec(zone)
  const size = match === null ? undefined : parseSize(match[2] ?? '')
  const key = compileAt(keyWord, scope, report)
  if (match === null || size === undefined) report.emerg(`invalid zone size "${zone}"`)
  else if (size < smallestZone) report.emerg(`zone "${match[1] ?? ''}" is too small`)
  else if (key !== undefined) {
    warnOfWorkers(scope, match[1] ?? '', report)
    return {
      name: match[1] ?? '',
      key,
      capacity: Math.floor(size / bytesPerState),
      rest: texts.filter((text) => !text.startsWith('zone=')),
    }
  }
  return undefined
}

/** The zones of one kind by name. */
export class Zones<Zone> {
  readonly #kind: string
  readonly #zones = new Map<string, Zone>()

  constructor(kind: string) {
    this.#kind = kind
  }

  add(name: string, zone: Zone, report: Report): void {
    if (this.#zones.has(name)) report.emerg(`${this.#kind} "${name}" is already bound to a key`)
    this.#zones.set(name, zone)
  }

  get(name: string): Zone | undefined {
    return this.#zones.get(name)
  }
}

/** A limit that names a zone: there has to be one when the whole configuration has been read. */
export function expectZone(scope: LevelScope, kind: string, name: string, place: Statement['place']): void {
  scope.http.onFinish((report) => {
    if (zonesOf(scope.http, kind).get(name) === undefined) report.emerg(`zero size shared memory zone "${name}"`, place)
  })
}

/** The zones of one kind, made when first asked for. */
export function zonesOf<Zone>(http: HttpScope, kind: string): Zones<Zone> {
  return http.shared(`zones of ${kind}`, () => new Zones<Zone>(kind))
}

/** A key as the limits count it; undefined when it is empty (not counted) or too long (logged). */
export function keyOf(request: Request, key: Value, longest: number): string | undefined {
  const text = key.read(request)
  if (text === '') return undefined
  if (text.length <= longest) return text
  request.log('error', `the value of the key is more than ${longest} bytes: "${text}"`)
  return undefined
}
