import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { defaultPeerOptions, leastConnections, Peer, PeerGroup, type PeerOptions } from './peers.ts'

afterEach(() => {
  vi.useRealTimers()
})

const peer = (name: string, options: Partial<PeerOptions> = {}): Peer =>
  new Peer(name, { host: name, port: 1 }, { ...defaultPeerOptions, ...options })
const turns = (group: PeerGroup, count: number): string =>
  Array.from({ length: count }, () => group.next(new Set(), '')?.name ?? '-').join('')

test('weights are spread smoothly', () => {
  expect(turns(new PeerGroup('u', [peer('a', { weight: 5 }), peer('b'), peer('c')]), 7)).toBe('aabacaa')
})

test('over a whole cycle each server has as many turns as its weight', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 }), (weights) => {
      const group = new PeerGroup(
        'u',
        weights.map((weight, index) => peer(String(index), { weight })),
      )
      const names = turns(
        group,
        weights.reduce((sum, weight) => sum + weight, 0),
      )
      for (const [index, weight] of weights.entries()) expect(names.split(String(index)).length - 1).toBe(weight)
    }),
  )
})

test('a request does not meet the same server twice', () => {
  const group = new PeerGroup('u', [peer('a'), peer('b')])
  const tried = new Set<Peer>()
  for (const name of ['a', 'b']) {
    const next = group.next(tried, '')
    expect(next?.name).toBe(name)
    if (next !== undefined) tried.add(next)
  }
  expect(group.next(tried, '')).toBeUndefined()
})

test('a server that failed is left out for fail_timeout', () => {
  vi.useFakeTimers()
  const [a, b] = [peer('a'), peer('b')]
  const group = new PeerGroup('u', [a, b])
  expect(group.failed(a)).toBe(true)
  expect(turns(group, 3)).toBe('bbb')
  vi.advanceTimersByTime(10_001)
  expect(turns(group, 4)).toContain('a')
})

test('max_fails=0 never leaves a server out', () => {
  const a = peer('a', { maxFails: 0 })
  const group = new PeerGroup('u', [a, peer('b')])
  expect(group.failed(a)).toBe(false)
  expect(turns(group, 4)).toContain('a')
})

test('a lone server is never left out', () => {
  const a = peer('a')
  const group = new PeerGroup('u', [a])
  for (let i = 0; i < 5; i++) group.failed(a)
  expect(turns(group, 2)).toBe('aa')
})

test('backups are asked when nobody else can be', () => {
  const a = peer('a')
  const group = new PeerGroup('u', [a, peer('b', { backup: true })])
  expect(turns(group, 2)).toBe('aa')
  group.failed(a)
  expect(turns(group, 2)).toBe('bb')
})

test('down and full servers are passed over', () => {
  const full = peer('c', { maxConnections: 1 })
  full.connections = 1
  expect(turns(new PeerGroup('u', [peer('a', { down: true }), peer('b'), full]), 3)).toBe('bbb')
})

test('least connections', () => {
  const [a, b] = [peer('a'), peer('b', { weight: 2 })]
  a.connections = 2
  b.connections = 3
  expect(new PeerGroup('u', [a, b], leastConnections).next(new Set(), '')?.name).toBe('b')
})
