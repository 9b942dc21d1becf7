/** OPTIONS.md and src/container-options.ts, from the option table. */
import { findOption } from '../src/options/lookup.ts'
import type { InertRow, Option, OptionGroup } from '../src/options/option.ts'
import { optionGroups } from '../src/options/table.ts'

/** Options that only a command line asks for. */
const commandOnly: ReadonlySet<string> = new Set(['help', 'version', 'check', 'show-config'])

const names = (option: Option): readonly string[] => [option.name, ...(option.aliases ?? [])]

/** Names as they are written: a letter has one dash, on the command line. */
const code = (name: string): string => (name.length === 1 ? `\`-${name}\`` : `\`${name}\``)

/** The reference page. */
export function optionsPage(): string {
  const count = (state: string): number => optionGroups.flatMap(groupRows).filter((row) => row[3] === state).length
  const inert = (state: string): number =>
    optionGroups
      .flatMap(({ inert: rows }) => rows)
      .filter((row) => inertState(row) === state)
      .flatMap(inertNames).length
  return `# Options

Made from [the option table](src/options/table.ts) by \`pnpm --filter @trivet/container options\`; every option of uWSGI 2.0 is in it.
On the command line an option is \`--name value\` or \`--name=value\`, in an ini \`name = value\`, in YAML \`name: value\`, in
TypeScript \`camelCase: value\`, in the environment \`UWSGI_NAME=value\`.

| state       |                                                                         | options |
| ----------- | ----------------------------------------------------------------------- | ------- |
| implemented | does here what it does in uWSGI, or what its line says                   | ${count('implemented')}     |
| mapped      | what it asks for is had in another way, or always                        | ${count('mapped')}       |
| needless    | its purpose is met or does not arise; answered with a note               | ${inert('needless')}     |
| not here    | not available; answered with a warning                                   | ${inert('not here')}     |
| refused     | not available, and going on without it would be less safe: an error      | ${inert('refused')}     |

A name that is none of these is a slip: a warning that says what was probably meant, an error under \`strict\` and on the
command line.
${optionGroups.map(groupText).join('')}`
}

function groupText(group: OptionGroup): string {
  const { heading, inert } = group
  const rows = groupRows(group)
  const effective =
    rows.length === 0
      ? ''
      : `\n| option | type | default | state | |\n| --- | --- | --- | --- | --- |\n${rows.map((row) => `| ${row.join(' | ')} |\n`).join('')}`
  const without = inert.map((row) => {
    const listed = inertNames(row)
      .map((name) => `\`${name}\``)
      .join(' ')
    return `- **${inertState(row)}**: ${listed}: ${cell(inertReason(row))}\n`
  })
  return `\n## ${heading}\n${effective}${without.length === 0 ? '' : `\n${without.join('')}`}`
}

function groupRows({ options }: OptionGroup): string[][] {
  return options.map((option) => [
    names(option).map(code).join(' '),
    typeOf(option),
    option.default === undefined ? '' : `\`${option.default}\``,
    option.mapped === true ? 'mapped' : 'implemented',
    cell(option.help),
  ])
}

function typeOf({ kind, choices, range, repeat }: Option): string {
  const bounds = range === undefined || range[1] >= Number.MAX_SAFE_INTEGER ? '' : ` ${range[0]} to ${range[1]}`
  const base = choices === undefined ? `${kind}${bounds}` : choices.map((choice) => `\`${choice}\``).join(' ')
  return repeat === true ? `${base}, repeatable` : base
}

const inertNames = (row: InertRow): string[] => row.names.split(/\s+/).filter((name) => name.length > 1)
const inertState = (row: InertRow): string =>
  'needless' in row ? 'needless' : 'absent' in row ? 'not here' : 'refused'
const inertReason = (row: InertRow): string =>
  'needless' in row ? row.needless : 'absent' in row ? row.absent : row.refused
const cell = (text: string): string => text.replaceAll('|', String.raw`\|`)

/** The interface of a program's options. */
export function optionsInterface(): string {
  const members = optionGroups
    .flatMap(({ options }) => options)
    .filter(({ name }) => !commandOnly.has(name))
    .map(
      (option) => `  /** ${memberComment(option)} */\n  readonly ${camelCase(option.name)}?: ${memberType(option)}\n`,
    )
  return `// Made from the option table by \`pnpm --filter @trivet/container options\`.

type Several = string | readonly string[]
type Pairs = Several | Readonly<Record<string, string>>

/** What a program gives to \`startContainer\`, and a \`container.config.ts\` exports: the options of the table by their names in camel case. */
export interface ContainerOptions {
${members.join('')}}
`
}

function memberComment(option: Option): string {
  const standard = option.default === undefined ? '' : `; default ${option.default}`
  return `${option.help}${standard}`
}

/** Accounts are names or numbers. */
const accounts: ReadonlySet<string> = new Set(['uid', 'gid'])

function memberType({ name, kind, choices, repeat }: Option): string {
  if (choices !== undefined) return choices.map((choice) => `'${choice}'`).join(' | ')
  if (kind === 'flag') return 'boolean'
  if (kind === 'number' || accounts.has(name)) return kind === 'number' ? 'number' : 'string | number'
  if (kind === 'pair') return repeat === true ? 'Pairs' : 'string'
  return repeat === true ? 'Several' : 'string'
}

/** As `readObject` undoes it. */
function camelCase(name: string): string {
  const camel = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const back = camel.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  if (findOption(back) === undefined) throw new Error(`\`${name}\` cannot be written in camel case`)
  // `log-4xx` has no letter to make large.
  return camel.includes('-') ? `'${camel}'` : camel
}
