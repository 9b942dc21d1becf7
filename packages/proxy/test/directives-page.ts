/** DIRECTIVES.md, made of the rows that the proxy itself reads a configuration by, and of what is known of nginx. */
import { contexts, type Directive } from '../src/language/directive.ts'
import { knownDirectives, type KnownDirective } from '../src/language/known.ts'
import { core } from '../src/modules/core/index.ts'
import { modules } from '../src/modules/registry.ts'
import { markdownTable } from './markdown-table.ts'

/** All rows, by name. */
export const rowsByName: ReadonlyMap<string, readonly Directive[]> = Map.groupBy(
  [core, ...modules].flatMap(({ directives }) => directives),
  ({ name }) => name,
)

/** What the proxy does with a directive of nginx. */
export type State = 'implemented' | 'read without effect' | 'refused'

/** The state of a name. */
export function stateOf(name: string): State {
  const rows = rowsByName.get(name)
  if (rows === undefined) return name === 'include' ? 'implemented' : 'refused'
  return rows.every(({ inert }) => inert === true) ? 'read without effect' : 'implemented'
}

const introduction = `# Directives

Made by \`pnpm --filter @trivet/proxy pages\` from the rows that configurations are read by; a test fails when it is stale.

Every directive of nginx 1.31.5 has one of three states. **Implemented** ones do what nginx's documentation says, but for
what the last column names. Those **read without effect** are checked and change nothing, for the reason given; where
somebody may count on one, a warning says so when the configuration is read. **Refused** ones are known, their place and
their arguments are checked, and each is one error with its place in the file: \`directive "..." of nginx is not implemented
by trivet\`. With \`trivet_unimplemented warn;\` at the main level that is a warning, and the directive is passed over.
`

/** The page. */
export function directivesPage(): string {
  const names = [...new Set(['include', ...rowsByName.keys(), ...knownDirectives.keys()])].toSorted()
  const of = (state: State): string[] => names.filter((name) => stateOf(name) === state)
  const implemented = of('implemented').flatMap(describeImplemented)
  const inert = of('read without effect').flatMap(describeInert)
  const refused = of('refused').flatMap((name) =>
    (knownDirectives.get(name) ?? []).map((one) => describeKnown(name, one)),
  )
  return [
    introduction,
    chapter('Implemented', ['directive', 'contexts', 'arguments', 'meaning', 'differs from nginx'], implemented),
    chapter('Read without effect', ['directive', 'contexts', 'arguments', 'why'], inert),
    chapter('Refused', ['directive', 'contexts', 'arguments'], refused),
  ].join('\n')
}

function chapter(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const names = new Set(rows.map(([name]) => name))
  return `## ${title}\n\n${names.size} directives.\n\n${markdownTable(head, rows)}`
}

function describeImplemented(name: string): string[][] {
  if (name === 'include')
    return [['`include`', 'everywhere', '1', 'The statements of other files; the name may be a pattern.', '']]
  const rows = rowsByName.get(name) ?? []
  return rows.map((row, index) => [
    `\`${name}\``,
    row.contexts.join(', '),
    countText(row.args, row.block !== undefined),
    row.doc,
    [row.differs ?? '', index === 0 ? missingContexts(name, rows) : ''].filter((text) => text !== '').join(' '),
  ])
}

function describeInert(name: string): string[][] {
  return (rowsByName.get(name) ?? []).map((row) => [
    `\`${name}\``,
    row.contexts.join(', '),
    countText(row.args, row.block !== undefined),
    row.doc.replace(/^(?:Accepted|Without effect)(?: and without effect)?: /, ''),
  ])
}

function describeKnown(name: string, { contexts: where, args, block, flag }: KnownDirective): string[] {
  return [`\`${name}\``, where.join(', '), countText(flag ? 'flag' : args, block)]
}

/** Contexts of http and above that nginx takes it in and we do not. */
function missingContexts(name: string, rows: readonly Directive[]): string {
  const here = new Set<string>(rows.flatMap((row) => row.contexts))
  const there = (knownDirectives.get(name) ?? []).flatMap((known) => known.contexts)
  const missing = contexts.filter((context) => there.includes(context) && !here.has(context))
  return missing.length === 0 ? '' : `Refused in ${missing.join(', ')}.`
}

function countText(args: Directive['args'], isBlock: boolean): string {
  return `${numbers(args)}${isBlock ? ' { }' : ''}`
}

function numbers(args: Directive['args']): string {
  if (args === 'flag') return 'on | off'
  const [min, max] = args
  if (max === -1 || max === Number.POSITIVE_INFINITY) return `${min}+`
  return min === max ? String(min) : `${min}-${max}`
}
