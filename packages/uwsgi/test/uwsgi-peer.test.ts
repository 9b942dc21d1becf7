/** Our client in front of a real uWSGI with a Python application. */
import { Child, fileExists, temporaryFolder } from '@trivet/testing'
import { testClient } from '@trivet/gateway/testing'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { forward } from '../src/gateway.ts'

const present = existsSync('/usr/bin/uwsgi') && existsSync('/usr/lib/uwsgi/plugins/python3_plugin.so')

const python = `
import hashlib

def application(environ, start_response):
    path = environ['PATH_INFO']
    if path == '/fail':
        raise ValueError('wrong')
    if path == '/stream':
        start_response('200 OK', [('Content-Type', 'text/plain')])
        return (b'%d,' % n for n in range(1000))
    body = environ['wsgi.input'].read(int(environ.get('CONTENT_LENGTH') or 0))
    start_response('201 Made', [('X-Keep', environ.get('UWSGI_KEEPALIVE', '')), ('Connection', 'keep-alive')])
    facts = [environ['REQUEST_METHOD'], environ['QUERY_STRING'], environ.get('HTTP_X_A', ''), hashlib.sha256(body).hexdigest()]
    return ['|'.join(facts).encode()]
`

test.skipIf(!present)(
  'forward to uWSGI (Debian packages uwsgi-core, uwsgi-plugin-python3)',
  { timeout: 30_000 },
  async () => {
    await using folder = await temporaryFolder()
    await folder.write('app.py', python)
    const socket = folder.join('app.sock')
    const options = ['--plugin', 'python3', '--socket', socket, '--wsgi-file', folder.join('app.py'), '--die-on-term']
    await using child = await Child.start('/usr/bin/uwsgi', options)
    await fileExists(socket)
    await child.until('spawned uWSGI worker 1')
    const client = testClient(forward(`unix:${socket}`))
    const digest = (body: Buffer): string => createHash('sha256').update(body).digest('hex')

    const answer = await client.fetch('http://example.org/x?a=b', { headers: { 'X-A': 'yes' } })
    expect([answer.status, answer.statusText, await answer.text()]).toEqual([
      201,
      'Made',
      `GET|a=b|yes|${digest(Buffer.alloc(0))}`,
    ])
    // Stock uWSGI shows the var to the application and closes as ever: the offer does no harm.
    expect(answer.headers.get('x-keep')).toMatch(/^[\w-]+$/)
    const body = randomBytes(1_500_000)
    const posted = await client.fetch('http://example.org/', { method: 'POST', body })
    expect(await posted.text()).toBe(`POST|||${digest(body)}`)
    const streamed = await client.fetch('http://example.org/stream')
    expect(await streamed.text()).toBe(Array.from({ length: 1000 }, (_, n) => `${n},`).join(''))
    const failed = await client.fetch('http://example.org/fail')
    expect(failed.status).toBeGreaterThanOrEqual(500)
    await failed.text()
    await child.stop('SIGTERM', { sockets: [{ path: socket }] })
  },
)
