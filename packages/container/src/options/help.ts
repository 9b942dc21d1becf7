import type { Option } from './option.ts'
import { optionGroups } from './table.ts'

/** The text of `--help`, made from the option table. */
export function helpText(): string {
  const groups = optionGroups
    .filter((group) => group.options.length > 0)
    .map(({ heading, options }) => `${heading}:\n${options.map(helpRow).join('\n')}`)
  return `Usage: trivet-container [options] [file.ini[:section]] [application]\n\n${groups.join('\n\n')}\n\nSignals: HUP reloads, TERM, INT and QUIT stop once running requests are done, a second INT stops at once,\nUSR1 reopens the log and prints figures.\n`
}

function helpRow(option: Option): string {
  const names = [option.name, ...(option.aliases ?? [])]
    .map((name) => (name.length === 1 ? `-${name}` : `--${name}`))
    .join(', ')
  const notes = [
    option.choices === undefined ? '' : option.choices.join(', '),
    option.default === undefined ? '' : `default ${option.default}`,
    option.repeat === true ? 'repeatable' : '',
  ].filter(Boolean)
  return `  ${names}${argumentOf(option)}\n      ${option.help}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`
}

function argumentOf(option: Option): string {
  if (option.kind === 'flag') return ''
  const label = option.kind === 'pair' ? 'NAME=VALUE' : option.kind.toUpperCase()
  return option.bare === undefined ? ` ${label}` : `[=${label}]`
}
