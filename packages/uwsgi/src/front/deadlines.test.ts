import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Deadlines, type Verdict, type Waiting } from './deadlines.ts'
import { settleOptions } from './settings.ts'

const settings = settleOptions({ socketTimeout: 10, idleTimeout: 1000, lingerTimeout: 20, sendTimeout: 30 })

function judge(waiting: Waiting, waited: number, draining = false): Verdict {
  const socket = { isPaused: () => false, writableLength: 0, bytesWritten: 0 } as unknown as Socket
  return new Deadlines(settings, socket, 0).judge(waited, waiting, draining)
}

test.each<[Waiting, number, Verdict]>([
  ['idle', 1000, 'in-time'],
  ['idle', 1001, 'idle'],
  ['vars', 10, 'in-time'],
  ['vars', 11, 'vars'],
  ['body', 11, 'body'],
  ['application', 100_000, 'in-time'],
  ['lingering', 20, 'in-time'],
  ['lingering', 21, 'lingering'],
])('%s for %i ms is %s', (waiting, waited, verdict) => {
  expect(judge(waiting, waited)).toBe(verdict)
})

test('while the server drains an idle connection has 500 ms', () => {
  expect([judge('idle', 500, true), judge('idle', 501, true)]).toEqual(['in-time', 'idle'])
})

test('nobody is late while we do not read', () => {
  const socket = { isPaused: () => true, writableLength: 0 }
  const deadlines = new Deadlines(settings, socket as unknown as Socket, 0)
  expect(deadlines.judge(5000, 'body', false)).toBe('in-time')
  socket.isPaused = () => false
  expect(deadlines.judge(5010, 'body', false)).toBe('in-time')
  expect(deadlines.judge(5011, 'body', false)).toBe('body')
})

test.each<Waiting>(['body', 'application', 'lingering'])('%s: sending is late only without progress', (waiting) => {
  const socket = { isPaused: () => false, writableLength: 50, _handle: { writeQueueSize: 50 } }
  const deadlines = new Deadlines(settings, socket as unknown as Socket, 0)
  expect(deadlines.judge(6000, waiting, false)).toBe('in-time')
  expect(deadlines.judge(6029, waiting, false)).toBe('in-time')
  // A part of one large write was taken, which no event tells.
  socket._handle.writeQueueSize = 40
  expect(deadlines.judge(6030, waiting, false)).toBe('in-time')
  expect(deadlines.judge(6059, waiting, false)).toBe('in-time')
  expect(deadlines.judge(6060, waiting, false)).toBe('sending')
})

test('lingering begins when all is sent', () => {
  const socket = { isPaused: () => false, writableLength: 50, _handle: { writeQueueSize: 50 } }
  const deadlines = new Deadlines(settings, socket as unknown as Socket, 0)
  expect(deadlines.judge(6000, 'lingering', false)).toBe('in-time')
  socket.writableLength = 0
  expect(deadlines.judge(6020, 'lingering', false)).toBe('in-time')
  expect(deadlines.judge(6021, 'lingering', false)).toBe('lingering')
})
