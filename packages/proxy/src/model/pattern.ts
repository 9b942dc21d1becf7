/**
 * Regular expressions of a configuration: PCRE as written, JavaScript's engine underneath.
 *
 * Subjects are byte strings (latin-1), so no `u` flag is used. What PCRE spells otherwise is translated: `(?P<name>`,
 * a leading `(?i)`, `\A`, `\z`, `\Z`, `\h`, possessive quantifiers (as greedy ones). What cannot be translated is an
 * error of the configuration, never a silent difference.
 */

/** A compiled pattern with the names of its captures. */
export interface Pattern {
  readonly source: string
  readonly regex: RegExp
  readonly names: readonly string[]
}

const translations: readonly (readonly [RegExp, string])[] = [
  [/\(\?P</g, '(?<'],
  [/\(\?P=(\w+)\)/g, String.raw`\k<$1>`],
  [/\\A/g, '^'],
  [/\\[zZ]/g, '$'],
  [/\\h/g, String.raw`[ \t]`],
  [/(?<=[^\\](?:[*+?]|\{\d+(?:,\d*)?\}))\+/g, ''],
]

/** Compiles a PCRE pattern; throws a SyntaxError which says what is wrong. */
export function compilePattern(source: string, ignoreCase: boolean): Pattern {
  let text = source
  let flags = ignoreCase ? 'i' : ''
  const inline = /^\(\?([ims]*)(?:-([ims]+))?\)/.exec(text)
  if (inline !== null) {
    text = text.slice(inline[0].length)
    const off = inline[2] ?? ''
    flags = [...new Set(flags + (inline[1] ?? ''))].filter((flag) => !off.includes(flag)).join('')
  }
  text = text.replace(/\\Q(.*?)(?:\\E|$)/gs, (_, literal: string) => literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
  if (/\\[pP]\{/.test(text)) flags += 'u'
  for (const [from, to] of translations) text = text.replace(from, to)
  const regex = new RegExp(text, flags)
  const names = [...text.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map((match) => match[1] ?? '')
  return { source, regex, names }
}
