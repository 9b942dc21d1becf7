/** Errors of the small parsers, as findings. */
import type { Report } from '../../language/diagnostic.ts'
import type { Place } from '../../language/statement.ts'

/** Reports a SyntaxError at a place, or at the directive; anything else is thrown on. */
export function reportSyntax(error: unknown, report: Report, place?: Place): void {
  if (!(error instanceof SyntaxError)) throw error
  report.emerg(error.message, place)
}
