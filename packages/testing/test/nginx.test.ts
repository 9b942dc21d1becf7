import { expect } from 'vitest'
import { startNginx } from '../src/nginx.ts'
import { withPeers } from '../src/peers.ts'
import { freePort } from '../src/ports.ts'
import { exchange } from '../src/raw-client.ts'

const { test } = withPeers('nginx')

test('starts, answers, reloads and leaves nothing', async () => {
  const address = { host: '127.0.0.1', port: await freePort() }
  const server = (text: string): string => `server { listen 127.0.0.1:${address.port}; return 200 ${text}; }`
  await using nginx = await startNginx({ http: server('one'), listens: [address] })
  expect(await exchange(address, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 OK[^]*one$/)
  expect(await nginx.accessLog()).toContain('"GET / HTTP/1.0" 200')
  await nginx.reload(server('two'))
  await nginx.stop('SIGQUIT')
})

test('shows why a configuration is refused', async () => {
  await expect(startNginx({ http: 'nonsense;' })).rejects.toThrow('unknown directive "nonsense"')
})
