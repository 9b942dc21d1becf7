import { expect, test } from 'vitest'
import { lifecycle, type WorkerEvent, type WorkerState } from './lifecycle.ts'

const states = Object.keys(lifecycle) as WorkerState[]
const events: readonly WorkerEvent[] = ['ready', 'drain', 'fail', 'exit']
const order: readonly WorkerState[] = ['starting', 'ready', 'draining', 'gone']

test.each(states.flatMap((state) => events.map((event) => [state, event] as const)))(
  '%s on %s goes forward or stays',
  (state, event) => {
    expect(order.indexOf(lifecycle[state][event])).toBeGreaterThanOrEqual(order.indexOf(state))
  },
)

test('whatever happened before, exit ends it, and nothing revives it', () => {
  for (const state of states) expect(lifecycle[state].exit).toBe('gone')
  for (const event of events) expect(lifecycle.gone[event]).toBe('gone')
})

test('only a starting worker becomes ready: a late `ready` does not undo a drain', () => {
  expect(states.filter((state) => lifecycle[state].ready === 'ready')).toEqual(['starting', 'ready'])
  expect(lifecycle.draining.ready).toBe('draining')
})

test('every state can be reached from the first', () => {
  const reached = new Set<WorkerState>(['starting'])
  for (const state of reached) for (const event of events) reached.add(lifecycle[state][event])
  expect([...reached].sort()).toEqual([...order].sort())
})
