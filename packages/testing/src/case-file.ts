/** Reads cases from Markdown: `## title`, prose, a fence with bytes (its info string has kind and options), a fence with what is expected. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** One case of a Markdown file. */
export interface MarkdownCase {
  /** The file and the heading. */
  readonly title: string
  /** The first word of the fence with the bytes. */
  readonly kind: string
  readonly options: readonly string[]
  readonly bytes: Buffer
  readonly expected: string
}

const pattern =
  /^## (?<title>.+)\n(?<why>[^#]*?)```(?<info>[a-z].*)\n(?<bytes>[^]*?)\n```\n+```expect\n(?<expected>[^]*?)\n```$/gm

function unescape(text: string): Buffer {
  const joined = text.replaceAll('\n', '')
  const raw = joined.replace(/\\(?:x([0-9a-f]{2})|([rnt0\\]))/g, (_, hex: string | undefined, name: string) =>
    hex === undefined
      ? ({ r: '\r', n: '\n', t: '\t', 0: '\0', '\\': '\\' }[name] ?? '')
      : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(raw, 'latin1')
}

/** All cases of the files in a folder; throws when a heading has no case. */
export function readCases(folder: string): MarkdownCase[] {
  const cases: MarkdownCase[] = []
  for (const file of readdirSync(folder).sort()) {
    const text = readFileSync(join(folder, file), 'utf8')
    const found = [...text.matchAll(pattern)]
    const titles = text.match(/^## /gm)?.length
    if (found.length !== titles) throw new Error(`${file}: ${titles} titles, but ${found.length} cases`)
    for (const { groups } of found) {
      const [kind = '', ...options] = (groups?.['info'] ?? '').split(' ')
      cases.push({
        title: `${file}: ${groups?.['title']}`,
        kind,
        options,
        bytes: unescape(groups?.['bytes'] ?? ''),
        expected: groups?.['expected'] ?? '',
      })
    }
  }
  return cases
}
