/** `modern_browser` and `ancient_browser`: variables that sort browsers by the version in their User-Agent. */
import type { Report } from '../language/diagnostic.ts'
import { key } from '../language/directive.ts'
import type { Statement } from '../language/statement.ts'
import type { Request } from '../http/request.ts'
import { keptIn } from '../model/location.ts'
import type { Module } from '../model/module.ts'
import { atLeast, everywhere, row, textOf, textsOf } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import { setting } from '../model/setting.ts'

/** Where each browser says its version: how much to skip, and the text in front of it. In the order they are tried. */
const marks: readonly { readonly name: string; readonly skip: number; readonly text: string; readonly add: number }[] =
  [
    { name: 'opera', skip: 0, text: 'Opera', add: 'Opera '.length },
    { name: 'msie', skip: 'Mozilla/4.0 (compatible; '.length, text: 'MSIE ', add: 'MSIE '.length },
    { name: 'gecko', skip: 'Mozilla/5.0 ('.length, text: 'rv:', add: 'rv:'.length },
    { name: 'safari', skip: 'Mozilla/5.0 ('.length, text: 'Safari/', add: 'Safari/'.length },
    { name: 'konqueror', skip: 'Mozilla/5.0 (compatible; '.length, text: 'Konqueror/', add: 'Konqueror/'.length },
  ]

interface Modern {
  readonly mark: number
  readonly version: number
}

interface Browsers {
  readonly modern: readonly Modern[]
  readonly ancient: readonly string[]
  readonly isUnlistedModern: boolean
  readonly modernValue: string
  readonly ancientValue: string
}

const modern = setting<readonly Modern[]>('modern_browser', [])
const unlisted = setting('modern_browser unlisted', false)
const ancient = setting<readonly string[]>('ancient_browser', [])
const modernValue = setting('modern_browser_value', '1')
const ancientValue = setting('ancient_browser_value', '1')
const browsersKey = key<Browsers>('browsers')

/** `1.8.0.5` as one number: the parts weigh a million, ten thousand, a hundred, one. */
function versionNumber(parts: readonly string[]): number {
  return parts.reduce((sum, part, index) => sum + Math.trunc(Number(part) * 100 ** (3 - index)), 0)
}

function applyModern(scope: LevelScope, statement: Statement, report: Report): void {
  const name = textOf(statement, 0)
  if (statement.args.length === 1) {
    if (name === 'unlisted') scope.set(unlisted, true)
    else report.emerg('invalid number of arguments in "modern_browser" directive')
    return
  }
  const mark = marks.findIndex((candidate) => candidate.name === name.toLowerCase())
  const version = textOf(statement, 1)
  if (mark === -1) report.emerg(`unknown browser name "${name}"`)
  else if (!/^[\d.]+$/.test(version)) report.emerg(`invalid browser version "${version}"`)
  else {
    const list = [...(scope.get(modern) ?? []), { mark, version: versionNumber(version.split('.')) }]
    scope.set(
      modern,
      list.toSorted((a, b) => a.mark - b.mark),
    )
  }
}

function isModern(agent: string | undefined, browsers: Browsers): boolean {
  if (agent === undefined) return browsers.isUnlistedModern
  for (const { mark, version } of browsers.modern) {
    const { skip, text, add } = marks[mark] ?? { skip: 0, text: '', add: 0 }
    const at = skip >= agent.length ? -1 : agent.indexOf(text, skip)
    if (at === -1 || at + add >= agent.length) continue
    const found = /^[\d.]*/.exec(agent.slice(at + add))?.[0] ?? ''
    return versionNumber(found.split('.').slice(0, 4)) >= version
  }
  if (browsers.modern.length > 0 && !browsers.isUnlistedModern) return false
  if (browsers.ancient.includes('netscape4') && /^Mozilla\/[1-4][^]{5}/.test(agent)) return false
  if (browsers.ancient.some((text) => text !== 'netscape4' && agent.includes(text))) return false
  return browsers.isUnlistedModern
}

function value(request: Request, wantsModern: boolean): string {
  const browsers = keptIn(request.location, browsersKey)
  if (browsers === undefined || isModern(request.headers.get('user-agent'), browsers) !== wantsModern) return ''
  return wantsModern ? browsers.modernValue : browsers.ancientValue
}

/** The browser module. */
export const browser: Module = {
  name: 'browser',
  directives: [
    row('modern_browser', 'Browsers that are modern from a version on.', { args: [1, 2] }, applyModern),
    row('ancient_browser', 'Texts by which ancient browsers are known.', { args: atLeast(1) }, (scope, statement) =>
      scope.set(ancient, [...(scope.get(ancient) ?? []), ...textsOf(statement)]),
    ),
    row('modern_browser_value', 'What `$modern_browser` is.', { contexts: everywhere }, (scope, statement) =>
      scope.set(modernValue, textOf(statement, 0)),
    ),
    row('ancient_browser_value', 'What `$ancient_browser` is.', { contexts: everywhere }, (scope, statement) =>
      scope.set(ancientValue, textOf(statement, 0)),
    ),
  ],
  variables: {
    names: {
      modern_browser: (request) => value(request, true),
      ancient_browser: (request) => value(request, false),
      msie: (request) => (/MSIE [^]/.test(request.headers.get('user-agent') ?? '') ? '1' : ''),
    },
  },
  attach: (scope) => ({
    keep: [
      browsersKey,
      {
        modern: scope.value(modern),
        ancient: scope.value(ancient),
        isUnlistedModern: scope.value(unlisted),
        modernValue: scope.value(modernValue),
        ancientValue: scope.value(ancientValue),
      } satisfies Browsers,
    ],
  }),
}
