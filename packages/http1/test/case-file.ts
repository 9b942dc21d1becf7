/** Reads cases from Markdown: `## title`, prose, a fence with bytes (its info string has kind and options), a fence with what is expected. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface Case {
  readonly title: string
  readonly kind: 'request' | 'response'
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

export function readCases(folder: string): Case[] {
  const cases: Case[] = []
  for (const file of readdirSync(folder).sort()) {
    const text = readFileSync(join(folder, file), 'utf8')
    const found = [...text.matchAll(pattern)]
    const titles = text.match(/^## /gm)?.length
    if (found.length !== titles) throw new Error(`${file}: ${titles} titles, but ${found.length} cases`)
    for (const { groups } of found) {
      const [kind = '', ...options] = (groups?.['info'] ?? '').split(' ')
      if (kind !== 'request' && kind !== 'response') throw new Error(`${file}: unknown kind ${kind}`)
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
