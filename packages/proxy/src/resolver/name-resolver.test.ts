import { expect, test } from 'vitest'
import { DnsServer, type DnsTable } from '../../test/dns-server.ts'
import { freePort } from '@trivet/testing'
import { isResolution, NameResolver, type ResolverSettings } from './name-resolver.ts'

/** A table of records alone: `A name` to what is answered, again and again. */
function records(table: Readonly<Record<string, readonly string[]>>, ttl = 3600): DnsTable {
  return (name, type) => ({ records: (table[`${type} ${name}`] ?? []).map((data) => ({ data, ttl })) })
}

async function setUp(
  table: DnsTable,
  settings: Partial<ResolverSettings> = {},
): Promise<{ server: DnsServer; resolve(name: string, timeout?: number): Promise<string> } & AsyncDisposable> {
  const server = await DnsServer.start(table)
  const resolver = new NameResolver({
    servers: [{ host: '127.0.0.1', port: server.port }],
    valid: undefined,
    ipv4: true,
    ipv6: true,
    ...settings,
  })
  return {
    server,
    resolve: (name, timeout = 30_000) =>
      new Promise((done) => {
        resolver.resolve(name, timeout, (result) =>
          done(isResolution(result) ? result.addresses.join(' ') : `${result.code}: ${result.text}`),
        )
      }),
    async [Symbol.asyncDispose]() {
      resolver.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

test('addresses of both kinds are found, once for all who ask, whatever the case', async () => {
  await using dns = await setUp(records({ 'A a.test': ['10.0.0.1', '10.0.0.2'], 'AAAA a.test': ['fe80::1'] }))
  const all = await Promise.all([dns.resolve('a.test'), dns.resolve('A.test'), dns.resolve('a.TEST')])
  expect(all).toEqual(Array(3).fill('10.0.0.1 10.0.0.2 fe80::1'))
  expect(await dns.resolve('a.test')).toBe('10.0.0.1 10.0.0.2 fe80::1')
  expect(dns.server.asked.toSorted()).toEqual(['A a.test', 'AAAA a.test'])
})

test('a kind that is switched off is not asked for', async () => {
  await using dns = await setUp(records({ 'A a.test': ['10.0.0.1'], 'AAAA a.test': ['fe80::1'] }), { ipv4: false })
  expect(await dns.resolve('a.test')).toBe('fe80::1')
  expect(dns.server.asked).toEqual(['AAAA a.test'])
})

test('records are kept as long as they say, and `valid` knows better', async () => {
  const table = records({ 'A a.test': ['10.0.0.1'] }, 0)
  await using brief = await setUp(table, { ipv6: false })
  await using lasting = await setUp(table, { ipv6: false, valid: 60_000 })
  for (const dns of [brief, lasting]) expect([await dns.resolve('a.test'), await dns.resolve('a.test')]).toHaveLength(2)
  expect([brief.server.asked.length, lasting.server.asked.length]).toEqual([2, 1])
})

test('aliases are followed, but not for ever', async () => {
  await using dns = await setUp((name, type) => {
    const number = /^loop(\d+)/.exec(name)?.[1]
    if (number !== undefined) return { records: [{ data: `-> loop${Number(number) + 1}.test` }] }
    if (name === 'a.test') return { records: [{ data: '-> b.test' }] }
    return { records: type === 'A' ? [{ data: '10.0.0.2' }] : [] }
  })
  expect(await dns.resolve('a.test')).toBe('10.0.0.2')
  expect(await dns.resolve('loop1.test')).toBe('3: Host not found')
  expect(dns.server.asked.length).toBeLessThan(120)
})

test('an error of either kind is an error, and is not kept', async () => {
  await using dns = await setUp((_, type, count) =>
    type === 'AAAA' && count === 1 ? { code: 2 } : { records: type === 'A' ? [{ data: '10.0.0.1' }] : [] },
  )
  expect(await dns.resolve('a.test')).toBe('2: Server failure')
  expect(await dns.resolve('a.test')).toBe('10.0.0.1')
})

test('nothing found, and names nobody can be asked for', async () => {
  await using dns = await setUp(() => ({}))
  expect(await dns.resolve('a.test')).toBe('3: Host not found')
  expect(await dns.resolve('a..test')).toBe('3: Host not found')
})

test('an answer that was cut is asked for over TCP', async () => {
  await using dns = await setUp(() => ({ isTruncated: true, records: [{ data: '10.0.0.1' }] }), { ipv6: false })
  expect(await dns.resolve('a.test')).toBe('10.0.0.1')
  expect(dns.server.asked).toEqual(['A a.test', 'A a.test tcp'])
})

test('a server that is not there, or cannot read, is followed by the next', async () => {
  await using confused = await DnsServer.start(() => ({ code: 1 }))
  await using good = await DnsServer.start(records({ 'A a.test': ['10.0.0.1'] }))
  const servers = [await freePort(), confused.port, good.port].map((port) => ({ host: '127.0.0.1', port }))
  await using dns = await setUp(() => undefined, { servers, ipv6: false })
  expect(await dns.resolve('a.test')).toBe('10.0.0.1')
  expect([confused.asked, good.asked]).toEqual([['A a.test'], ['A a.test']])
})

test('servers take turns', async () => {
  await using first = await DnsServer.start(() => ({ records: [{ data: '10.0.0.1' }] }))
  await using second = await DnsServer.start(() => ({ records: [{ data: '10.0.0.2' }] }))
  const servers = [first, second].map(({ port }) => ({ host: '127.0.0.1', port }))
  await using dns = await setUp(() => undefined, { servers, ipv6: false })
  expect([await dns.resolve('a.test'), await dns.resolve('b.test')]).toEqual(['10.0.0.1', '10.0.0.2'])
})

test('silence and forgeries end with the time', async () => {
  await using dns = await setUp((_, type) =>
    type === 'A' ? { idOffset: 1, records: [{ data: '10.6.6.6' }] } : { raw: Buffer.from('hello') },
  )
  expect(await dns.resolve('a.test', 100)).toBe('110: Operation timed out')
  expect(dns.server.asked.toSorted()).toEqual(['A a.test', 'AAAA a.test'])
})
