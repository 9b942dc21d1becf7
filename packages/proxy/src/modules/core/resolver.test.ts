import { expect, test } from 'vitest'
import { DnsServer } from '../../../test/dns-server.ts'
import { bodyOf, serve, statusOf } from '../../../test/served.ts'
import { loadConfig } from '../../language/load.ts'
import { compileConfig } from '../../model/compile.ts'

test('a server that a variable names is resolved when the request comes', async () => {
  await using dns = await DnsServer.start((name, type) => {
    if (name === 'missing.test') return { code: 3 }
    return {
      records: type !== 'A' ? [] : [{ data: '127.0.0.1' }, ...(name === 'two.test' ? [{ data: '127.0.0.9' }] : [])],
    }
  })
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port}; resolver 127.0.0.1:${dns.port} valid=1m;
      location / { proxy_pass http://$arg_to:${port}/sink; add_header X-To $upstream_addr always; }
      location /sink { return 200 "sink for $host"; } }
      upstream named { server 127.0.0.1:${port}; }
      server { listen 127.0.0.1:${port}; server_name bare; location / { proxy_pass http://$arg_to/sink; }
        location /sink { return 200 sink; } }`,
  )
  const answer = await proxy.get('/?to=One.test')
  expect([bodyOf(answer), /X-To: (.*)\r/.exec(answer)?.[1]]).toEqual(['sink for one.test', `127.0.0.1:${proxy.port}`])
  expect(statusOf(await proxy.get('/?to=one.test'))).toBe(200)
  expect(dns.asked.toSorted()).toEqual(['A one.test', 'AAAA one.test'])
  const missing = await proxy.get('/?to=missing.test')
  expect(statusOf(missing)).toBe(502)
  expect(missing).not.toContain('X-To: 1')
  expect(proxy.errors.join('\n')).toContain('missing.test could not be resolved (3: Host not found)')
  // Addresses need no name server; all that a name has are tried.
  expect(statusOf(await proxy.get('/?to=127.0.0.1'))).toBe(200)
  expect([statusOf(await proxy.get('/?to=two.test')), statusOf(await proxy.get('/?to=two.test'))]).toEqual([200, 200])
  const bare = await proxy.raw('GET /?to=named HTTP/1.1\r\nHost: bare\r\nConnection: close\r\n\r\n')
  expect(bodyOf(bare)).toBe('sink for named')
})

test('a name without a resolver, a port or a time is an error of its own', async () => {
  await using dns = await DnsServer.start(() => undefined)
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port};
      location / { proxy_pass http://$arg_to/; }
      location /uwsgi { uwsgi_pass $arg_to; }
      location /slow { resolver 127.0.0.1:${dns.port}; resolver_timeout 100ms; proxy_pass http://$arg_to/; } }`,
  )
  expect(statusOf(await proxy.get('/?to=one.test'))).toBe(502)
  expect(statusOf(await proxy.get('/uwsgi?to=one.test:3031'))).toBe(502)
  expect(statusOf(await proxy.get('/uwsgi?to=one.test'))).toBe(500)
  expect(statusOf(await proxy.get('/slow?to=one.test'))).toBe(502)
  const errors = proxy.errors.join('\n')
  expect(errors.match(/no resolver defined to resolve one\.test/g)).toHaveLength(2)
  expect(errors).toContain('no port in upstream "one.test"')
  expect(errors).toContain('one.test could not be resolved (110: Operation timed out)')
})

test.each([
  ['127.0.0.1 ipv4=off ipv6=off', '"ipv4" and "ipv6" cannot both be "off"'],
  ['valid=10s', 'no name servers defined'],
  ['127.0.0.1 valid=soon', 'invalid parameter: valid=soon'],
  ['127.0.0.1:0', 'invalid parameter: 127.0.0.1:0'],
  ['127.0.0.1 status_zone=a', 'belongs to the commercial nginx'],
])('`resolver %s` is refused', (words, message) => {
  const text = `events {} http { resolver ${words}; }`
  expect(() => compileConfig(loadConfig('/nowhere/nginx.conf', { text }), { prefix: '/nowhere' })).toThrow(message)
})
