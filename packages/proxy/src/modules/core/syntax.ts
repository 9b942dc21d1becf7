/** Errors of the small parsers, as findings. */
import type { Report } from '../../language/diagnostic.ts'

/** Reports a SyntaxError at the directive; anything else is thrown on. */
export function reportSyntax(error: unknown, report: Report): void {
  if (!(error instanceof SyntaxError)) throw error
  report.emerg(error.message)
}
