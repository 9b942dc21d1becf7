/** Locations, and who may enter them. */
import type { Directive } from '../../language/directive.ts'
import type { Report } from '../../language/diagnostic.ts'
import { choiceRow, flagRow, timeRow } from '../../language/rows.ts'
import type { Statement } from '../../language/statement.ts'
import { bindGroups } from '../../model/captures.ts'
import type { CoreSettings } from '../../model/core-settings.ts'
import type { LocationName } from '../../model/location.ts'
import { compilePattern } from '../../model/pattern.ts'
import { atLeast, everywhere, everywhereAndIf, row, textsOf } from '../../model/row.ts'
import { LocationScope, ServerScope, type LevelScope } from '../../model/scope.ts'
import { setting } from '../../model/setting.ts'
import { reportSyntax } from './syntax.ts'

const internal = setting('internal', false, 'nameless')
const authDelay = setting('auth_delay', 0)
const logSubrequest = setting('log_subrequest', false)
const postAction = setting<string | undefined>('post_action', undefined)
const satisfy = setting<'all' | 'any'>('satisfy', 'all')

/** The rows about locations. */
export const locationRows: readonly Directive[] = [
  row(
    'location',
    'Settings for a part of the URIs.',
    { contexts: ['server', 'location'], args: [1, 2], block: 'location' },
    applyLocation,
  ),
  row(
    'limit_except',
    'Settings for all methods but some.',
    { contexts: ['location'], args: atLeast(1), block: 'limit_except' },
    (scope, statement) => {
      if (!(scope instanceof LocationScope)) return undefined
      const inner = new LocationScope(scope, { kind: 'nameless', text: scope.name.text }, 'limit_except', statement)
      const methods = new Set(textsOf(statement).map((method) => method.toUpperCase()))
      if (methods.has('GET')) methods.add('HEAD')
      scope.limitExcept = { methods, scope: inner }
      return inner
    },
  ),
  row('internal', 'Only inner redirects get here.', { contexts: ['location'], args: [0, 0] }, (scope) =>
    scope.set(internal, true),
  ),
  timeRow('auth_delay', everywhere, authDelay, 'How long a 401 is held back.'),
  flagRow('log_subrequest', everywhere, logSubrequest, 'Whether requests made inside the proxy are logged.'),
  row(
    'post_action',
    'Where a request of its own goes when an answer has been sent.',
    { contexts: everywhereAndIf, once: true },
    (scope, statement) => {
      const text = textsOf(statement)[0]
      scope.set(postAction, text === 'off' ? undefined : text)
    },
  ),
  choiceRow('satisfy', everywhere, satisfy, 'Whether all access rules must agree.', {
    all: 'all',
    any: 'any',
  } as const),
]

/** What the engine asks before it lets a request in. */
export function readEntrySettings(
  scope: LevelScope,
): Pick<CoreSettings, 'internal' | 'satisfyAny' | 'postAction' | 'authDelay' | 'logsSubrequests'> {
  return {
    internal: scope.value(internal),
    postAction: scope.value(postAction),
    satisfyAny: scope.value(satisfy) === 'any',
    authDelay: scope.value(authDelay),
    logsSubrequests: scope.value(logSubrequest),
  }
}

const modifiers: Readonly<Record<string, 'exact' | 'prefix-final' | 'regex' | 'regex-i'>> = {
  '=': 'exact',
  '^~': 'prefix-final',
  '~': 'regex',
  '~*': 'regex-i',
}

function locationName(scope: LevelScope, statement: Statement): LocationName {
  let [modifier = '', text] = textsOf(statement)
  if (text === undefined) {
    const glued = /^(=|\^~|~\*|~)(.+)$/s.exec(modifier)
    text = glued?.[2] ?? modifier
    modifier = glued?.[1] ?? ''
  } else if (modifiers[modifier] === undefined) throw new SyntaxError(`invalid location modifier "${modifier}"`)
  const kind = modifiers[modifier]
  if (kind === 'regex' || kind === 'regex-i') {
    const pattern = compilePattern(text, kind === 'regex-i')
    return { kind: 'regex', text, pattern, bind: bindGroups(pattern, scope.variables) }
  }
  if (kind !== undefined) return { kind, text }
  return { kind: text.startsWith('@') ? 'named' : 'prefix', text }
}

function applyLocation(scope: LevelScope, statement: Statement, report: Report): LocationScope | undefined {
  if (!(scope instanceof ServerScope || scope instanceof LocationScope)) return undefined
  try {
    const name = locationName(scope, statement)
    if (scope instanceof LocationScope) checkNesting(scope, name, report)
    const twin = scope.locations.find(
      (other) => other.name.text === name.text && other.name.kind === name.kind && name.kind !== 'regex',
    )
    if (twin !== undefined) report.emerg(`duplicate location "${name.text}"`)
    const location = new LocationScope(scope, name, 'location', statement)
    scope.locations.push(location)
    return location
  } catch (error) {
    reportSyntax(error, report, statement.args.at(-1)?.place)
    return new LocationScope(scope, { kind: 'prefix', text: '/' }, 'location', statement)
  }
}

function checkNesting(outer: LocationScope, name: LocationName, report: Report): void {
  const { kind, text } = outer.name
  if (kind === 'exact') report.emerg(`location "${name.text}" cannot be inside the exact location "${text}"`)
  else if (kind === 'named') report.emerg(`location "${name.text}" cannot be inside the named location "${text}"`)
  else if (name.kind === 'named') report.emerg(`named location "${name.text}" can be on the server level only`)
  else if (name.kind !== 'regex' && kind !== 'regex' && !name.text.startsWith(text)) {
    report.emerg(`location "${name.text}" is outside location "${text}"`)
  }
}
