/** The table at the end of SPEC.md, from the checklist and the cases. */
import { badApplicationCases, checklist, conformanceCases, type Requirement } from '../src/conformance.ts'

export const mark = '<!-- appendix -->\n'

/** Cases by the item they show. */
export function casesOf(item: number): string[] {
  return [...conformanceCases, ...badApplicationCases]
    .filter(({ items }) => items.includes(item))
    .map(({ name }) => name)
}

/** SPEC.md with its appendix made anew. */
export function withAppendix(spec: string): string {
  const text = spec.slice(0, spec.indexOf(mark) + mark.length)
  return `${text}\n${checklist.map(({ title, requirements }) => chapter(title, requirements)).join('\n')}`
}

function chapter(title: string, requirements: readonly Requirement[]): string {
  const rows = requirements.map(({ item, sides, rule, lint }) => {
    const codes = lint.map((code) => `\`${code}\``).join(', ')
    const names = casesOf(item)
      .join('; ')
      .replaceAll('|', String.raw`\|`)
    return [String(item), sides.join(' '), rule, codes, names]
  })
  return `### ${title}\n\n${table([['', 'who', 'requirement', 'lint', 'cases'], ...rows])}`
}

/** Aligned as the formatter would, so that it has nothing to change. */
function table(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`
  return line(head) + rule + rows.slice(1).map(line).join('')
}
