import { expect } from 'vitest'
import { temporaryFolder } from '../src/folder.ts'
import { startNginx } from '../src/nginx.ts'
import { withPeers } from '../src/peers.ts'
import { freePort } from '../src/ports.ts'
import { exchange } from '../src/raw-client.ts'
import { startUwsgi, startUwsgiPython } from '../src/uwsgi.ts'

const hello = `
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [b'hello ', environ['PATH_INFO'].encode()]
`

withPeers('uwsgi', 'uwsgi-python', 'nginx').test(
  'answers a real nginx over a unix socket and leaves nothing',
  async () => {
    await using folder = await temporaryFolder()
    const socket = { path: folder.join('app.sock') }
    await using uwsgi = await startUwsgiPython(socket, hello, 'master = true\nprocesses = 2')
    const address = { host: '127.0.0.1', port: await freePort() }
    const location = `location / { uwsgi_pass unix:${socket.path}; include uwsgi_params; }`
    await folder.write('uwsgi_params', 'uwsgi_param REQUEST_METHOD $request_method;\nuwsgi_param PATH_INFO $uri;\n')
    await using nginx = await startNginx({
      http: `server { listen 127.0.0.1:${address.port}; ${location} }`,
      folder,
      listens: [address],
    })
    expect(await exchange(address, 'GET /you HTTP/1.0\r\n\r\n')).toMatch(/hello \/you$/)
    await nginx.stop()
    await uwsgi.stop()
  },
)

withPeers('uwsgi').test('shows why it does not come up', async () => {
  await expect(startUwsgi({ ini: 'socket = /nonexistent/folder/app.sock' })).rejects.toThrow(
    'No such file or directory',
  )
})
