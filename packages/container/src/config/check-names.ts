import { findInertOption, findOption, suggestOption } from '../options/lookup.ts'
import type { InertOption } from '../options/option.ts'
import type { Diagnostic, Place } from './diagnostic.ts'
import type { Expanded } from './expand.ts'
import { logicWords } from './logic.ts'
import type { Setting } from './setting.ts'
import type { OptionValues } from './values.ts'

type Report = (diagnostic: Diagnostic) => void

/** Unknown names, and known ones without effect: each is answered, none is dropped in silence. */
export function checkNames({ settings, referenced }: Expanded, strict: boolean, report: Report): void {
  const answered = new Set<string>()
  for (const setting of settings) {
    const { name, place } = setting
    if (setting.placeholder === true || findOption(name) !== undefined || referenced.has(name) || answered.has(name))
      continue
    answered.add(name)
    const inert = findInertOption(name)
    if (inert !== undefined) report(answerInert(inert, name, place))
    else
      report({
        severity: strict ? 'error' : 'warning',
        message: `unknown option \`${name}\`${hint(name, setting)}`,
        place,
      })
  }
}

function answerInert({ state, why }: InertOption, name: string, place: Place): Diagnostic {
  if (state === 'needless') return { severity: 'note', message: `\`${name}\` does nothing here: ${why}`, place }
  const severity = state === 'refused' ? 'error' : 'warning'
  return { severity, message: `\`${name}\` is not available here: ${why}`, place }
}

function hint(name: string, setting: Setting): string {
  const near = suggestOption(name)
  if (near !== undefined) return `, did you mean \`${near}\`?`
  if (logicWords.includes(name)) return ': it works in files only'
  return setting.value === '' ? '' : `; if it is meant for %(${name}), nothing refers to it`
}

/** Some of uWSGI's switches are always on here: turning one off is answered. */
export function explainAlwaysOn(values: OptionValues, report: Report): void {
  const rows: readonly (readonly [string, string])[] = [
    ['master', 'there is always a master, which costs no request anything'],
    ['need-app', 'an application that does not load ends the start with exit code 22'],
  ]
  for (const [name, why] of rows) {
    const setting = values.last(name)
    if (setting !== undefined && !values.flag(name))
      report({
        severity: 'note',
        message: `\`${name} = ${setting.value}\` has no effect: ${why}`,
        place: setting.valuePlace,
      })
  }
}
