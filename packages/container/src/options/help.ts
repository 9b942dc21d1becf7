import { findInertOption, findOption, findShortOption, suggestOption } from './lookup.ts'
import type { InertOption, InertRow, Option, OptionGroup } from './option.ts'
import { optionGroups } from './table.ts'

/** Columns of a terminal, and where explanations begin. */
const width = 100
const indent = 30

const usage = 'Usage: trivet-container [options] [file.ini[:section] | file.yaml | container.config.ts] [application]\n'

const ending = `Signals: HUP reloads, TERM, INT and QUIT stop once running requests are done, a second INT stops at once,
USR1 reopens the log and prints figures. As with uWSGI, \`--reload PIDFILE\`, \`--stop PIDFILE\` and
\`--pause PIDFILE\`, with nothing else, send HUP, INT and TSTP to the instance whose \`pidfile\` it is.

--help NAME explains one option, --help all also lists those of uWSGI that do nothing here.
`

/** The text of `--help`, made from the option table. `subject` is empty, `all`, or the name of an option. */
export function helpText(subject: string): string {
  if (subject === '' || subject === 'all') {
    const groups = optionGroups.map((group) => groupHelp(group, subject === 'all')).filter(Boolean)
    return `${usage}\n${groups.join('\n')}\n${ending}`
  }
  const name = subject.replace(/^--?/, '')
  const option = findOption(name) ?? findInertOption(name) ?? findShortOption(name)
  if (option !== undefined) return 'help' in option ? explained(option) : `--${option.name} ${inertSentence(option)}\n`
  const near = suggestOption(name)
  return `there is no option \`${name}\`${near === undefined ? '; --help lists them' : `, did you mean \`${near}\`?`}\n`
}

function groupHelp({ heading, options, inert }: OptionGroup, all: boolean): string {
  const rows = options.map((option) => row(`${spelled(option)}${argumentOf(option)}`, `${option.help}${notes(option)}`))
  const without = all ? inert.map(inertHelp) : []
  return rows.length + without.length === 0 ? '' : `${heading}:\n${[...rows, ...without].join('')}`
}

/** Two columns, or two lines where the first is too long. */
function row(left: string, right: string): string {
  const lines = wrap(right, width - indent)
  const first = `  ${left}`
  const beside = first.length < indent - 1
  const head = beside ? `${first.padEnd(indent)}${lines.shift() ?? ''}\n` : `${first}\n`
  return head + lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('')
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function inertHelp(inert: InertRow): string {
  const names = inert.names.split(/\s+/).filter((name) => name.length > 1)
  const state = 'needless' in inert ? inert.needless : 'absent' in inert ? inert.absent : inert.refused
  const sign = 'needless' in inert ? 'needless' : 'not here'
  return [...wrap(names.map((name) => `--${name}`).join(' '), width - 2), `    ${sign}: ${state}`]
    .map((line) => `  ${line}\n`)
    .join('')
}

function inertSentence({ state, why }: InertOption): string {
  return state === 'needless' ? `does nothing here: ${why}` : `is not available here: ${why}`
}

function explained(option: Option): string {
  const { help, default: standard, range, choices, repeat, bare } = option
  const facts = [
    standard === undefined ? '' : `default: ${standard}`,
    bare === undefined ? '' : `alone it means: ${bare}`,
    range === undefined || range[1] >= Number.MAX_SAFE_INTEGER ? '' : `from ${range[0]} to ${range[1]}`,
    choices === undefined ? '' : `one of: ${choices.join(', ')}`,
    repeat === true ? 'may be given more than once' : '',
  ].filter(Boolean)
  return `${spelled(option)}${argumentOf(option)}\n${[...wrap(help, width - 4), ...facts].map((line) => `    ${line}\n`).join('')}`
}

function spelled(option: Option): string {
  return [option.name, ...(option.aliases ?? [])]
    .map((name) => (name.length === 1 ? `-${name}` : `--${name}`))
    .join(', ')
}

function notes({ choices, default: standard, repeat }: Option): string {
  const list = [
    choices === undefined ? '' : choices.join(', '),
    standard === undefined ? '' : `default ${standard}`,
    repeat === true ? 'repeatable' : '',
  ].filter(Boolean)
  return list.length === 0 ? '' : ` (${list.join('; ')})`
}

function argumentOf(option: Option): string {
  if (option.kind === 'flag') return ''
  const label = option.kind === 'pair' ? 'NAME=VALUE' : option.kind.toUpperCase()
  return option.bare === undefined ? ` ${label}` : `[=${label}]`
}
