/**
 * Regular expressions of a configuration: PCRE as written, JavaScript's engine underneath. Subjects are byte strings
 * (latin-1), so no `u` flag is used; pattern/translator.ts has what is translated and how.
 */
import { translate } from './pattern/translator.ts'

/** A compiled pattern with the names of its captures. */
export interface Pattern {
  readonly source: string
  readonly regex: RegExp
  readonly names: readonly string[]
}

/** Compiles a PCRE pattern; throws a SyntaxError which says what is wrong, and in which pattern. */
export function compilePattern(source: string, ignoreCase: boolean): Pattern {
  try {
    const { text, names, isMultiline } = translate(source, ignoreCase)
    return { source, regex: new RegExp(text, isMultiline ? 'm' : ''), names }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    // JavaScript shows its own form of the pattern in between.
    const what = error.message.replace(/^Invalid regular expression: .*: /s, '')
    throw new SyntaxError(`${what} in the pattern "${source}"`)
  }
}
