import { join } from 'node:path'
import { byteByByte, readCases, type MarkdownCase as Case } from '@trivet/testing'
import { RequestParser, ResponseParser, type Limits } from '@trivet/http1'
import { expect, test } from 'vitest'
import { EventLog } from './event-log.ts'

const cases = readCases(join(import.meta.dirname, 'cases'))

function parserFor({ kind, options }: Case): RequestParser | ResponseParser {
  const limits: Partial<Record<keyof Limits, number>> = {}
  const settings: Record<string, unknown> = {}
  for (const option of options) {
    const [name = '', value] = option.split('=')
    if (value !== undefined && /^\d+$/.test(value)) limits[name as keyof Limits] = Number(value)
    else settings[name] = value === undefined ? true : value === 'false' ? false : value
  }
  if (kind === 'request') return new RequestParser(limits, settings)
  if (kind !== 'response') throw new Error(`unknown kind ${kind}`)
  const parser = new ResponseParser(limits, { cgi: options.includes('cgi') })
  parser.expect(options[0] ?? 'GET')
  return parser
}

function logOf(item: Case, pieces: Iterable<Uint8Array>): string[] {
  const log = new EventLog(parserFor(item))
  for (const piece of pieces) log.push(piece)
  if (item.options.includes('closed')) log.finish()
  return log.lines
}

/** An error's head and data lines are not part of its case. */
function relevant(lines: readonly string[], item: Case): string {
  return item.expected.startsWith('error ') ? (lines.at(-1) ?? '') : lines.join('\n')
}

test('there are cases', () => expect(cases.length).toBeGreaterThan(100))

for (const item of cases) {
  test(item.title, () => {
    const whole = logOf(item, [item.bytes])
    expect(relevant(whole, item)).toBe(item.expected)
    expect(logOf(item, byteByByte(item.bytes)), 'byte by byte').toEqual(whole)
    for (let cut = 1; cut < item.bytes.length; cut++) {
      const pieces = [item.bytes.subarray(0, cut), item.bytes.subarray(cut)]
      expect(logOf(item, pieces), `cut at ${cut}`).toEqual(whole)
    }
    if (item.options.includes('closed')) return
    const next = item.kind === 'request' ? 'GET /next HTTP/1.0\r\n\r\n' : 'HTTP/1.1 204 No\r\n\r\n'
    const trailed = logOf(item, [Buffer.concat([item.bytes, Buffer.from(next)])])
    if (item.kind === 'response' || item.expected.startsWith('error '))
      expect(trailed, 'with trailing data').toEqual(whole)
    else expect(trailed, 'with trailing data').toEqual([...whole, 'head GET /next HTTP/1.0 close', 'end'])
  })
}
