import fc from 'fast-check'
import { expect, test } from 'vitest'
import { consistentHash, ipHash, keyHash, peerAt, randomly } from './hashing.ts'
import { defaultPeerOptions, Peer, type PeerOptions } from './peers.ts'

const peer = (server: string, options: Partial<PeerOptions> = {}): Peer =>
  new Peer(server, { host: server, port: 80 }, { ...defaultPeerOptions, ...options }, `${server}:80`)
const servers = [peer('a', { weight: 3 }), peer('b'), peer('c', { weight: 2 }), peer('d')]
const always = (): boolean => true
const keys = Array.from({ length: 300 }, (_, index) => `/key/${index}`)

test('a key always has the same server, and every server has keys', () => {
  for (const balance of [keyHash, consistentHash()]) {
    const first = keys.map((key) => balance(servers, always, key)?.name)
    expect(keys.map((key) => balance(servers, always, key)?.name)).toEqual(first)
    expect(new Set(first).size).toBe(servers.length)
  }
})

test('clients of one network have one server with IPv4, of one address with IPv6', () => {
  expect(ipHash(servers, always, '10.1.2.3')).toBe(ipHash(servers, always, '10.1.2.200'))
  const names = new Set(keys.map((_, index) => ipHash(servers, always, `2001:db8::${index.toString(16)}`)?.name))
  expect(names.size).toBe(servers.length)
})

test('a server that cannot be asked is passed over, and nobody is asked when none can be', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.subarray(servers), (key, free) => {
      const isFree = (candidate: Peer): boolean => free.includes(candidate)
      for (const balance of [ipHash, keyHash, consistentHash(), randomly(false), randomly(true)]) {
        const chosen = balance(servers, isFree, key)
        if (free.length === 0) expect(chosen).toBeUndefined()
        else expect(free).toContain(chosen)
      }
    }),
  )
})

test('with consistent hashing a server that goes takes only its own keys along', () => {
  const [gone, ...others] = servers
  const before = keys.map((key) => consistentHash()(servers, always, key))
  const after = keys.map((key) => consistentHash()(others, always, key))
  for (const [index, server] of before.entries()) if (server !== gone) expect(after[index]).toBe(server)
})

test('random two prefers the server with fewer connections', () => {
  const busy = peer('busy')
  busy.connections = 10
  const idle = peer('idle')
  const chosen = Array.from({ length: 30 }, () => randomly(true)([busy, idle], always, ''))
  expect(chosen.filter((server) => server === idle).length).toBeGreaterThan(25)
})

test('places on the line are as long as weights', () => {
  expect(Array.from({ length: 8 }, (_, place) => peerAt(servers, place)?.name ?? '-').join('')).toBe('aaabccd-')
})
