/** Statements back into text: what `parse` reads again as the same statements. */
import type { Statement, Word } from './statement.ts'

/** nginx.conf text of the statements, two spaces a level. */
export function print(statements: readonly Statement[], indent = ''): string {
  return statements.map((statement) => printOne(statement, indent)).join('')
}

function printOne(statement: Statement, indent: string): string {
  const head = indent + [quoteIfNeeded(statement.name), ...statement.args.map(printWord)].join(' ')
  if (statement.block === undefined) return `${head};\n`
  return `${head} {\n${print(statement.block, `${indent}  `)}${indent}}\n`
}

function printWord(word: Word): string {
  return word.quoted ? quote(word.text) : quoteIfNeeded(word.text)
}

function quoteIfNeeded(text: string): string {
  return text === '' || /^[#}]|[\s;{}"'\\]/.test(text) ? quote(text) : text
}

const escapes: Readonly<Record<string, string>> = { '\t': '\\t', '\r': '\\r', '\n': '\\n', '"': '\\"' }

function quote(text: string): string {
  const escaped = text.replace(/["\t\r\n]|\\(?=[trn"'\\]|["\t\r\n]|$)/g, (character) => escapes[character] ?? '\\\\')
  return `"${escaped}"`
}
