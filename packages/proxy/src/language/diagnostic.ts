/** What is wrong with a configuration, said as nginx says it and then shown with a caret.
 *
 * The first line is nginx's own (`[emerg] message in FILE:LINE`), because scripts and tests look for it; the lines
 * after it are ours: the chain of includes, the source line, the caret, a suggestion.
 */
import type { Place } from './statement.ts'
import { commandLine } from './statement.ts'

export type Severity = 'emerg' | 'warn'

/** One finding. */
export interface Diagnostic {
  readonly severity: Severity
  readonly message: string
  readonly place: Place | undefined
  /** What to do about it, when that can be guessed. */
  readonly suggestion?: string
}

/** A configuration that cannot be used; `diagnostics` holds every finding, warnings included. */
export class ConfigError extends Error {
  readonly code = 'invalid-config'
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(isError)
    super(errors.map(summarize).join('\n'))
    this.name = 'ConfigError'
    this.diagnostics = diagnostics
  }
}

/** Where rows and readers report what they find. Without a place, the place is that of the statement being read. */
export interface Report {
  emerg(message: string, place?: Place, suggestion?: string): void
  warn(message: string, place?: Place, suggestion?: string): void
}

/** Collects findings until somebody asks. */
export class Findings implements Report {
  readonly diagnostics: Diagnostic[] = []

  emerg(message: string, place?: Place, suggestion?: string): void {
    this.#add('emerg', message, place, suggestion)
  }

  warn(message: string, place?: Place, suggestion?: string): void {
    this.#add('warn', message, place, suggestion)
  }

  /** Throws a ConfigError with all findings when one of them is an error. */
  throwIfFailed(): void {
    throwIfFailed(this.diagnostics)
  }

  #add(severity: Severity, message: string, place: Place | undefined, suggestion: string | undefined): void {
    this.diagnostics.push({ severity, message, place, ...(suggestion !== undefined && { suggestion }) })
  }
}

/** Whether a finding makes the configuration unusable. */
export function isError({ severity }: Diagnostic): boolean {
  return severity === 'emerg'
}

/** Throws a ConfigError with all findings when one of them is an error. */
export function throwIfFailed(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.some(isError)) throw new ConfigError(diagnostics)
}

/** The same report, where findings without a place belong to `place`. */
export function reportAt(report: Report, place: Place): Report {
  return {
    emerg: (message, at = place, suggestion) => report.emerg(message, at, suggestion),
    warn: (message, at = place, suggestion) => report.warn(message, at, suggestion),
  }
}

/** nginx's one line without the program's name: `[emerg] message in FILE:LINE`. */
export function summarize(diagnostic: Diagnostic): string {
  return `[${diagnostic.severity}] ${readable(diagnostic.message)}${location(diagnostic.place)}`
}

/** The texts a message is shown with: sources by file name, and for included files the place of their `include`. */
export interface Sources {
  readonly sources: ReadonlyMap<string, string>
  readonly includes?: ReadonlyMap<string, Place>
}

/** nginx's line, then the include chain, the source line with a caret, and the suggestion, each on its own line. */
export function formatDiagnostic(diagnostic: Diagnostic, { sources, includes }: Sources): string {
  const lines = [`nginx: ${summarize(diagnostic)}`]
  const { place, suggestion } = diagnostic
  if (place !== undefined) {
    for (const from of includeChain(place, includes)) lines.push(`    included from ${from.file}:${from.line}`)
    const source = sources.get(place.file)?.split('\n', place.line)[place.line - 1]
    if (source !== undefined) lines.push(...excerpt(source.replace(/\r$/, ''), place))
  }
  if (suggestion !== undefined) lines.push(`    ${readable(suggestion)}`)
  return lines.join('\n')
}

function location(place: Place | undefined): string {
  if (place === undefined) return ''
  return place.file === commandLine ? ' in command line' : ` in ${place.file}:${place.line}`
}

function includeChain(place: Place, includes: ReadonlyMap<string, Place> | undefined): Place[] {
  const chain: Place[] = []
  for (let from = includes?.get(place.file); from !== undefined && chain.length < 20; from = includes?.get(from.file)) {
    chain.push(from)
  }
  return chain
}

/** At most this much of a long line is shown on each side of the caret. */
const margin = 60

function excerpt(source: string, place: Place): string[] {
  const at = place.column - 1
  const start = at > margin ? at - margin : 0
  const before = readable(source.slice(start, at)).replace(/[^\t]/gu, ' ')
  const where = `${place.file}:${place.line}:${place.column}`
  return [`    ${where}`, `    | ${readable(source.slice(start, at + margin))}`, `    | ${before}^`]
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** A byte string as people read it: UTF-8 where it is, without characters that move a terminal's cursor. */
function readable(text: string): string {
  return decode(text).replace(/\p{Cc}/gu, (character) => (character === '\t' || character === '\n' ? character : '?'))
}

/** Messages mix bytes of the configuration with names from the file system, which are text already. */
function decode(text: string): string {
  if (!/[\u0080-\uffff]/.test(text) || /[\u0100-\uffff]/.test(text)) return text
  try {
    return utf8.decode(Buffer.from(text, 'latin1'))
  } catch {
    return text
  }
}
