import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Wire } from './wire.ts'

function written(): { wire: Wire; pieces: string[] } {
  const pieces: string[] = []
  const socket = { writable: true, write: (text: string) => pieces.push(text) } as unknown as Socket
  return { wire: new Wire(socket), pieces }
}

function busy(milliseconds: number): void {
  for (const until = performance.now() + milliseconds; performance.now() < until;);
}

test('answers wait for each other, but not for more than a millisecond of calls', () => {
  const { wire, pieces } = written()
  wire.text('one ')
  wire.flushOld()
  wire.text('two ')
  expect(pieces).toEqual([])
  busy(2)
  wire.flushOld()
  expect(pieces).toEqual(['one two '])
  wire.text('three')
  wire.flushOld()
  expect(pieces).toEqual(['one two '])
  wire.flush()
  expect(pieces).toEqual(['one two ', 'three'])
})
