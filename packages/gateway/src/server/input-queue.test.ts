import fc from 'fast-check'
import { expect, test } from 'vitest'
import { everySplit } from '@trivet/testing'
import type { Bytes } from '../contract.ts'
import { InputQueue } from './input-queue.ts'

class Source {
  readonly calls: string[] = []
  pause(): void {
    this.calls.push('pause')
  }
  resume(): void {
    this.calls.push('resume')
  }
  wanted(): void {
    this.calls.push('wanted')
  }
}

function fed(...chunks: string[]): InputQueue {
  const queue = new InputQueue(new Source())
  for (const chunk of chunks) queue.push(Buffer.from(chunk))
  queue.end()
  return queue
}

const textOf = (chunk: Bytes): string => Buffer.from(chunk).toString('latin1')

test('read gives exactly what was asked for, less only at the end, then nothing', async () => {
  const queue = fed('ab', 'cde', 'f')
  expect(textOf(await queue.read(3))).toBe('abc')
  expect(textOf(await queue.read(0))).toBe('')
  expect(textOf(await queue.read(9))).toBe('def')
  expect(textOf(await queue.read(9))).toBe('')
  expect(textOf(await queue.read())).toBe('')
})

test('a read waits for the bytes it needs', async () => {
  const queue = new InputQueue(new Source())
  const read = queue.read(4)
  queue.push(Buffer.from('ab'))
  queue.push(Buffer.from('cdef'))
  expect(textOf(await read)).toBe('abcd')
  const rest = queue.read()
  queue.end()
  expect(textOf(await rest)).toBe('ef')
})

test('readline and readlines', async () => {
  const queue = fed('a\nb', 'c\n\nlong line')
  expect(textOf(await queue.readline())).toBe('a\n')
  expect(textOf(await queue.readline(1))).toBe('b')
  expect((await queue.readlines()).map(textOf)).toEqual(['c\n', '\n', 'long line'])
  expect((await fed('a\nb\nc\n').readlines(3)).map(textOf)).toEqual(['a\n', 'b\n'])
})

test('small chunks that wait are one chunk, and cost no more than their bytes', async () => {
  const chunks: string[] = []
  for await (const chunk of fed('ab', 'c')) chunks.push(textOf(chunk))
  expect(chunks).toEqual(['abc'])
})

test('buffered is the whole body, until something is read', async () => {
  const queue = new InputQueue(new Source())
  queue.push(Buffer.from('ab'))
  expect(queue.buffered).toBeUndefined()
  queue.push(Buffer.from('c'))
  queue.end()
  expect(textOf(queue.buffered ?? Buffer.alloc(0))).toBe('abc')
  await queue.read(1)
  expect(queue.buffered).toBeUndefined()
})

test('the first read asks for 100 Continue, once, and not when the body is here', async () => {
  const source = new Source()
  const queue = new InputQueue(source)
  const read = queue.read(1)
  queue.push(Buffer.from('ab'))
  await read
  await queue.read(1)
  expect(source.calls).toEqual(['wanted'])
})

test('the source is paused above the high-water mark and resumed by a read', async () => {
  const source = new Source()
  const queue = new InputQueue(source)
  queue.push(Buffer.alloc(300_000))
  expect(source.calls).toEqual(['pause'])
  const read = queue.read(400_000)
  expect(source.calls).toEqual(['pause', 'wanted', 'resume'])
  queue.push(Buffer.alloc(100_000))
  expect((await read).length).toBe(400_000)
})

test('a failure rejects what waits, after what has arrived', async () => {
  const queue = new InputQueue(new Source())
  queue.push(Buffer.from('ab'))
  queue.fail(new Error('cut'))
  expect(textOf(await queue.read(2))).toBe('ab')
  await expect(queue.read(1)).rejects.toThrow('cut')
})

test('two reads at a time are refused', async () => {
  const queue = new InputQueue(new Source())
  const first = queue.read(1)
  await expect(queue.read(1)).rejects.toMatchObject({ code: 'input-busy' })
  queue.end()
  await first
})

test('discard drops what is here and what comes, and lets the source flow', async () => {
  const source = new Source()
  const queue = new InputQueue(source)
  queue.push(Buffer.alloc(300_000))
  queue.discard()
  queue.push(Buffer.alloc(300_000))
  expect(source.calls).toEqual(['pause', 'resume'])
  expect((await queue.read()).length).toBe(0)
})

test('however the bytes are split and read, they come out in order', async () => {
  const sizes = fc.array(fc.oneof(fc.nat(12), fc.constant('line' as const)), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 10 }),
      sizes,
      async (body, reads) => {
        const results = new Set<string>()
        for (const pieces of everySplit(Buffer.from(body))) {
          const queue = new InputQueue(new Source())
          for (const piece of pieces) queue.push(piece)
          queue.end()
          const parts: string[] = []
          for (const size of reads) parts.push(textOf(await (size === 'line' ? queue.readline() : queue.read(size))))
          parts.push(textOf(await queue.read()))
          expect(parts.join('')).toBe(body)
          results.add(JSON.stringify(parts))
        }
        expect(results.size).toBe(1)
      },
    ),
    { numRuns: 60 },
  )
})

test('the wire is not held up beyond the end of the body', () => {
  const source = new Source()
  const queue = new InputQueue(source)
  queue.push(Buffer.alloc(300_000))
  expect(source.calls).toEqual(['pause'])
  queue.end()
  expect(source.calls).toEqual(['pause', 'resume'])
})

test('small chunks are joined without touching what was read before', async () => {
  const queue = new InputQueue(new Source())
  const read: Bytes[] = []
  for (let i = 0; i < 20_000; i++) {
    queue.push(Buffer.from([i % 251]))
    if (i % 7 === 6) read.push(await queue.read(3))
  }
  queue.end()
  read.push(await queue.read())
  expect(Buffer.concat(read).equals(Buffer.from(Array.from({ length: 20_000 }, (_, i) => i % 251)))).toBe(true)
})
