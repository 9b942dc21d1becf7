/**
 * Our parsers held against llhttp, by way of node:http: the same bytes to both. Where they differ, the difference must be of
 * a class with a known reason, and every class must be met.
 */
import { Http1Error, type RequestParser, type ResponseParser } from '@trivet/http1'
import fc from 'fast-check'
import { expect } from 'vitest'

/** What a reader says of a message: that it is `ok` and what it holds, or the code of its refusal. */
export interface Verdict {
  readonly code: string
  readonly message?: Readonly<Record<string, string | number | undefined>>
}

/** The messages to compare, who reads them, and where the readers are known to differ. */
export interface Comparison {
  readonly messages: fc.Arbitrary<string>
  readonly count: number
  /** So many messages at least must be taken by our parser, or little is compared. */
  readonly leastTaken: number
  /** Our verdict, and how many bytes the message took: what is behind it belongs to nobody. */
  readonly askOurs: (bytes: Buffer) => readonly [Verdict, number]
  readonly askNode: (bytes: Buffer) => Promise<Verdict>
  /** Refused here, taken by llhttp: our codes, with the reason. */
  readonly stricter: Readonly<Record<string, string>>
  /** Taken here, refused by llhttp: its codes, with the reason. */
  readonly lenient: Readonly<Record<string, string>>
}

/** Compares; fails with an example of every difference that has no reason, and for every reason that is not met. */
export async function compareWithNode(comparison: Comparison): Promise<void> {
  const { messages, count, leastTaken, askOurs, askNode, stricter, lenient } = comparison
  const known = [
    ...Object.keys(stricter).map((code) => `stricter ${code}`),
    ...Object.keys(lenient).map((code) => `lenient ${code}`),
  ]
  const seen = new Map<string, string>()
  let taken = 0
  for (const text of fc.sample(messages, { numRuns: count, seed: 9112 })) {
    const bytes = Buffer.from(text, 'latin1')
    const [ours, length] = askOurs(bytes)
    if (ours.code === 'ok') taken++
    const theirs = await askNode(bytes.subarray(0, length))
    const found = difference(ours, theirs)
    if (found !== undefined && !seen.has(found)) seen.set(found, JSON.stringify({ text, ours, theirs }))
  }
  expect(taken).toBeGreaterThan(leastTaken)
  expect([...seen.keys()].sort(), [...seen.values()].join('\n')).toEqual(known.sort())
}

/** Undefined when both say the same, else the class of their difference. */
function difference(ours: Verdict, theirs: Verdict): string | undefined {
  if (ours.code === 'ok' && theirs.code === 'ok')
    return JSON.stringify(ours) === JSON.stringify(theirs) ? undefined : 'message'
  if (ours.code === 'ok') return `lenient ${theirs.code}`
  return theirs.code === 'ok' ? `stricter ${ours.code}` : undefined
}

/** Reads one message and the end behind it; `describe` gets its body, and says nothing of one that another follows. */
export function readOne(
  parser: RequestParser | ResponseParser,
  bytes: Buffer,
  describe: (body: string) => Verdict['message'],
): readonly [Verdict, number] {
  let body = ''
  let isOver = false
  try {
    parser.push(bytes)
    for (;;) {
      const step = parser.next()
      if (step === 'data') body += Buffer.from(parser.data).toString('latin1')
      if (step === 'need-data') {
        if (isOver) return [{ code: 'nothing' }, bytes.length]
        isOver = true
        parser.finish()
      }
      const message = step === 'end' ? describe(body) : undefined
      if (message !== undefined) return [{ code: 'ok', message }, bytes.length - parser.buffered]
    }
  } catch (error) {
    if (!(error instanceof Http1Error)) throw error
    return [{ code: error.code }, bytes.length]
  }
}
