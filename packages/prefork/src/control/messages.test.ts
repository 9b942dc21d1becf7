import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PreforkError } from '../error.ts'
import { encodeMessage, MessageReader, type Message } from './messages.ts'

const message = fc.record({ type: fc.string(), info: fc.jsonValue() })

function read(chunk: string, limit = 1000): Message[] {
  return [...new MessageReader(limit).push(chunk)]
}

function chunks(whole: string, cuts: readonly number[]): string[] {
  const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length]
  return places.slice(1).map((end, index) => whole.slice(places[index], end))
}

test('messages come back, wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat()), (messages, cuts) => {
      const reader = new MessageReader(10_000)
      const read = chunks(messages.map(encodeMessage).join(''), cuts).flatMap((chunk) => [...reader.push(chunk)])
      expect(read).toEqual(JSON.parse(JSON.stringify(messages)))
    }),
  )
})

test('anything else is a protocol error and no other', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
      try {
        expect(read(`${line}\n`).every(({ type }) => typeof type === 'string')).toBe(true)
      } catch (error) {
        expect(error).toBeInstanceOf(PreforkError)
        expect(error).toMatchObject({ code: 'protocol' })
      }
    }),
  )
})

test.each(['null', '[]', '{}', '{"type":1}', 'hello'])('refuses %s', (line) => {
  expect(() => read(`${line}\n`)).toThrow(PreforkError)
})

test('a line over the limit is refused, finished or not', () => {
  const long = encodeMessage({ type: 'x'.repeat(100) })
  expect(() => read(long, 50)).toThrow('longer than 50 characters')
  expect(() => read(long.slice(0, 60), 50)).toThrow('longer than 50 characters')
})

test('blank lines and CR LF are harmless', () => {
  expect(read('\n{"type":"a"}\r\n\r\n')).toEqual([{ type: 'a' }])
})

test('messages before a bad one still arrive', () => {
  const messages = new MessageReader(50).push('{"type":"a"}\nnonsense\n')
  expect(messages.next().value).toEqual({ type: 'a' })
  expect(() => messages.next()).toThrow('is not JSON')
})
