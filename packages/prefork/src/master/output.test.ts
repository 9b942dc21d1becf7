import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drainLines, maxOutputLine } from './output.ts'

async function drained(chunks: readonly (string | Buffer)[]): Promise<string[]> {
  const stream = new PassThrough()
  const lines: string[] = []
  drainLines(stream, (line) => lines.push(line))
  for (const chunk of chunks) stream.write(chunk)
  stream.end()
  await once(stream, 'end')
  return lines
}

test('lines are the same wherever the bytes are cut, characters of several bytes too', async () => {
  const whole = Buffer.from('grüße\n\n日本\r\nend')
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length), async (cut) => {
      expect(await drained([whole.subarray(0, cut), whole.subarray(cut)])).toEqual(['grüße', '', '日本', 'end'])
    }),
  )
})

test('no piece is longer than the limit, and nothing is lost', async () => {
  const whole = 'x'.repeat(3 * maxOutputLine + 5)
  for (const chunks of [[whole], [`${whole}\n`], [whole.slice(0, 70_000), whole.slice(70_000)]]) {
    const pieces = await drained(chunks)
    expect(pieces.every((piece) => piece.length <= maxOutputLine)).toBe(true)
    expect(pieces.join('')).toBe(whole)
  }
})
