import { expect, test } from 'vitest'
import { DnsServer } from '../../test/dns-server.ts'
import { bodyOf, serve, statusOf } from '../../test/served.ts'
import { loadConfig } from '../language/load.ts'
import { compileConfig } from '../model/compile.ts'

test('names in an upstream are resolved before the first request, and again when their time is over', async () => {
  let addresses: readonly string[] | undefined = ['127.0.0.1', '127.0.0.2']
  await using dns = await DnsServer.start((name, type) => {
    if (addresses === undefined) return { code: 2 }
    return { records: name === 'a.test' && type === 'A' ? addresses.map((data) => ({ data })) : [] }
  })
  await using proxy = await serve(
    (port) => `resolver 127.0.0.1:${dns.port} valid=1s; resolver_timeout 1s;
      upstream u { zone u 64k; server a.test:${port} resolve max_fails=0; server 127.0.0.1:${port} backup; }
      upstream none { zone none 64k; server b.test:${port} resolve; }
      server { listen 127.0.0.1:${port}; location / { proxy_pass http://u/sink; add_header X-To $upstream_addr; }
        location /none { proxy_pass http://none; } location /sink { return 200 sink; } }`,
  )
  // Only 127.0.0.1 listens; the others are tried in vain.
  const triedIn = async (requests: number): Promise<string> => {
    const answers = await Promise.all(Array.from({ length: requests }, () => proxy.get('/')))
    const tried = answers.flatMap((answer) => /X-To: (.*)\r/.exec(answer)?.[1]?.match(/[\d.]+(?=:)/g) ?? answer)
    return [...new Set(tried)].toSorted().join(' ')
  }
  expect(await triedIn(4)).toBe('127.0.0.1 127.0.0.2')
  addresses = ['127.0.0.3', '127.0.0.4']
  await expect.poll(() => triedIn(2), { timeout: 20_000 }).toBe('127.0.0.1 127.0.0.3 127.0.0.4')
  // While name servers fail the old ones stay; a name that is gone leaves the backup.
  addresses = undefined
  await expect.poll(() => proxy.errors.join('\n'), { timeout: 20_000 }).toContain('a.test could not be resolved (2:')
  expect(await triedIn(2)).toBe('127.0.0.1 127.0.0.3 127.0.0.4')
  addresses = []
  await expect.poll(() => triedIn(2), { timeout: 20_000 }).toBe('127.0.0.1')
  expect(statusOf(await proxy.get('/none'))).toBe(502)
  expect(bodyOf(await proxy.get('/'))).toBe('sink')
}, 60_000)

test.each([
  ['upstream u { server a.test resolve; } resolver 127.0.0.1;', 'to be in shared memory'],
  ['upstream u { zone u 64k; server a.test resolve; }', 'no resolver defined to resolve names at run time'],
  ['upstream u { zone u 64k; server a.test service=http resolve; }', 'the `service` of a `server` is not implemented'],
])('%s is refused', (text, message) => {
  const loaded = loadConfig('/nowhere/nginx.conf', { text: `events {} http { ${text} }` })
  expect(() => compileConfig(loaded, { prefix: '/nowhere' })).toThrow(message)
})

test('an upstream may have a resolver of its own, and addresses need none', () => {
  const text =
    'events {} http { upstream u { zone u 64k; server a.test resolve; resolver 127.0.0.1; } upstream v { server 127.0.0.1 resolve; } }'
  expect(compileConfig(loadConfig('/nowhere/nginx.conf', { text }), { prefix: '/nowhere' }).http).toBeDefined()
})
