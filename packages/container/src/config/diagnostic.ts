/** Where something was written: a file or the command line, with the line itself so that a caret can be drawn under it. */
export interface Place {
  /** File name as the user would write it, or `command line`. */
  readonly source: string
  /** Counted from 1; 0 for sources without lines. */
  readonly line: number
  /** Counted from 1. */
  readonly column: number
  /** How many characters to underline. */
  readonly length: number
  /** The whole source line. */
  readonly text: string
}

/** How bad it is: an `error` stops the start, a `warning` does not, a `note` explains what has no effect. */
export type Severity = 'error' | 'warning' | 'note'

/** One thing to say about a configuration. */
export interface Diagnostic {
  readonly severity: Severity
  readonly message: string
  readonly place?: Place | undefined
}

/** What can go wrong before the first request, by cause. */
export type ContainerErrorCode = 'CONFIG' | 'LOAD' | 'BIND' | 'START'

/** A container that cannot start, or an application that cannot be loaded; `code` says which. */
export class ContainerError extends Error {
  readonly code: ContainerErrorCode
  /** Everything found, not only the first; empty unless `code` is `CONFIG`. */
  readonly diagnostics: readonly Diagnostic[]

  constructor(
    code: ContainerErrorCode,
    message: string,
    options?: ErrorOptions & { diagnostics?: readonly Diagnostic[] },
  ) {
    super(message, options)
    this.name = 'ContainerError'
    this.code = code
    this.diagnostics = options?.diagnostics ?? []
  }
}

/** `file:line:column: severity: message`, then the source line with a caret under the place. */
export function formatDiagnostic({ severity, message, place }: Diagnostic): string {
  if (place === undefined) return `${severity}: ${message}`
  const where = place.line > 0 ? `${place.source}:${place.line}:${place.column}` : place.source
  const gutter = place.line > 0 ? String(place.line) : ''
  // Tabs before the place are kept as tabs, so that the caret lands under it at any tab width.
  const indent = place.text.slice(0, place.column - 1).replaceAll(/[^\t]/g, ' ')
  const caret = '^'.repeat(Math.max(1, Math.min(place.length, place.text.length - place.column + 1)))
  return `${where}: ${severity}: ${message}\n ${gutter} | ${place.text}\n ${' '.repeat(gutter.length)} | ${indent}${caret}`
}

/** Each once: a setting that several concerns read is wrong for each of them. */
export function withoutRepeats(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((diagnostic) => [formatDiagnostic(diagnostic), diagnostic])).values()]
}

/** As somebody reads them: source by source as they were met, from the top of each to its end, what has no place last. */
export function inOrderOfPlace(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const sources = [...new Set(diagnostics.flatMap(({ place }) => place?.source ?? []))]
  const rank = ({ place }: Diagnostic): readonly [number, number, number] =>
    place === undefined ? [sources.length, 0, 0] : [sources.indexOf(place.source), place.line, place.column]
  return diagnostics
    .map((diagnostic) => ({ diagnostic, rank: rank(diagnostic) }))
    .sort((a, b) => a.rank[0] - b.rank[0] || a.rank[1] - b.rank[1] || a.rank[2] - b.rank[2])
    .map(({ diagnostic }) => diagnostic)
}
