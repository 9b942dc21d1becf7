import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { bodyOf, serve, statusOf } from '../../test/served.ts'
import { loadConfig } from '../language/load.ts'
import { compileConfig } from '../model/compile.ts'

test('connections to upstreams come from the address that is set', async () => {
  await using proxy = await serve(
    (port) => `server { listen 127.0.0.1:${port}; proxy_bind 127.0.0.2;
      location / { proxy_pass http://127.0.0.1:${port}/who; }
      location /off { proxy_bind off; proxy_pass http://127.0.0.1:${port}/who; }
      location /named { proxy_bind $arg_from; proxy_pass http://127.0.0.1:${port}/who; proxy_socket_keepalive on; }
      location /port { proxy_bind 127.0.0.3:$arg_port; proxy_pass http://127.0.0.1:${port}/who; }
      location /who { return 200 "$remote_addr $remote_port"; } }`,
  )
  const from = async (target: string): Promise<string> => bodyOf(await proxy.get(target)).replace(/ \d+$/, '')
  expect([await from('/'), await from('/off')]).toEqual(['127.0.0.2', '127.0.0.1'])
  expect([await from('/named?from=127.0.0.4'), await from('/named')]).toEqual(['127.0.0.4', '127.0.0.1'])
  expect(await from('/named?from=nowhere')).toBe('127.0.0.1')
  expect(proxy.errors.join('\n')).toContain('invalid local address "nowhere"')
  // An address of another machine.
  expect(statusOf(await proxy.get('/named?from=192.0.2.1'))).toBe(502)
  const free = createServer().listen(0, '127.0.0.3')
  await once(free, 'listening')
  const { port } = free.address() as { port: number }
  free.close()
  await once(free, 'close')
  expect(bodyOf(await proxy.get(`/port?port=${port}`))).toBe(`127.0.0.3 ${port}`)
})

test.each([
  ['127.0.0.1 transparent', 'needs a socket option that Node does not set'],
  ['127.0.0.1 always', 'invalid parameter "always"'],
  ['localhost', 'invalid address "localhost"'],
])('`uwsgi_bind %s` is refused', (words, message) => {
  const loaded = loadConfig('/nowhere/nginx.conf', { text: `events {} http { uwsgi_bind ${words}; }` })
  expect(() => compileConfig(loaded, { prefix: '/nowhere' })).toThrow(message)
})
