/** A real nginx in front of our server: what stock uwsgi_pass sends is what we must take. */
import { Child, freePort, listening, temporaryFolder } from '@trivet/testing'
import type { Application } from '@trivet/gateway'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { serve } from '../src/gateway.ts'

const nginx = '/usr/sbin/nginx'

const application: Application = async (environ, startResponse) => {
  if (environ.PATH_INFO === '/stream') {
    startResponse('200 OK', [['Content-Type', 'text/plain']])
    return (async function* () {
      yield Buffer.from('one,')
      yield Buffer.from('two')
    })()
  }
  if (environ.PATH_INFO === '/unread') {
    startResponse('200 OK', [])
    return [Buffer.from('not read')]
  }
  const body = await environ['tsgi.input'].read()
  startResponse('200 OK', [['Content-Type', 'application/json']])
  const { CONTENT_LENGTH: length, HTTP_TRANSFER_ENCODING: coding, REMOTE_ADDR: peer, HTTP_X: header } = environ
  const digest = createHash('sha256').update(body).digest('hex')
  return [Buffer.from(JSON.stringify({ method: environ.REQUEST_METHOD, length, coding, peer, header, digest }))]
}

interface Answer {
  readonly status: number | undefined
  readonly body: string
}

async function fetchFrom(port: number, path: string, method = 'GET', body?: Buffer, chunked = false): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const headers = { X: 'y', ...(body !== undefined && !chunked ? { 'Content-Length': body.length } : {}) }
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      text(response).then((content) => resolve({ status: response.statusCode, body: content }), reject)
    })
    request.on('error', reject)
    if (body !== undefined) request.write(body)
    request.end()
  })
}

test.skipIf(!existsSync(nginx))(
  'nginx (Debian package nginx) in front: pages, uploads, chunked uploads, refusals',
  async () => {
    await using folder = await temporaryFolder()
    const lines: string[] = []
    const server = serve(application, {
      limits: { maxBody: 3_000_000, bufferSize: 2000 },
      log: (line) => lines.push(line),
    })
    const path = folder.join('app.sock')
    await server.listen({ path })
    const port = await freePort()
    const configuration = await folder.write(
      'nginx.conf',
      `daemon off; master_process off; pid ${folder.join('pid')}; error_log stderr; 
    events {}
    http {
      access_log off; client_max_body_size 0;
      client_body_temp_path ${folder.join('body')}; proxy_temp_path ${folder.join('proxy')};
      fastcgi_temp_path ${folder.join('fastcgi')}; uwsgi_temp_path ${folder.join('uwsgi')}; scgi_temp_path ${folder.join('scgi')};
      server {
        listen 127.0.0.1:${port};
        location / { include /etc/nginx/uwsgi_params; uwsgi_pass unix:${path}; }
        location /bare { uwsgi_pass unix:${path}; }
        location /php { include /etc/nginx/uwsgi_params; uwsgi_modifier1 14; uwsgi_pass unix:${path}; }
        location /control { include /etc/nginx/uwsgi_params; uwsgi_param UWSGI_FILE /tmp/x; uwsgi_pass unix:${path}; }
      }
    }`,
    )
    await using child = await Child.start(nginx, ['-c', configuration, '-p', folder.path, '-e', 'stderr'])
    await listening({ host: '127.0.0.1', port })
    const digest = (body: Buffer): string => createHash('sha256').update(body).digest('hex')

    expect(JSON.parse((await fetchFrom(port, '/')).body)).toEqual({
      method: 'GET',
      peer: '127.0.0.1',
      header: 'y',
      digest: digest(Buffer.alloc(0)),
    })
    const body = randomBytes(2_500_000)
    const facts = { method: 'POST', length: '2500000', peer: '127.0.0.1', header: 'y', digest: digest(body) }
    expect(JSON.parse((await fetchFrom(port, '/', 'POST', body)).body)).toEqual(facts)
    expect(JSON.parse((await fetchFrom(port, '/', 'POST', body, true)).body)).toEqual(facts)
    expect(await fetchFrom(port, '/stream')).toEqual({ status: 200, body: 'one,two' })
    expect(await fetchFrom(port, '/unread', 'POST', body)).toEqual({ status: 200, body: 'not read' })
    expect(lines).toEqual([])

    expect((await fetchFrom(port, '/', 'POST', randomBytes(3_000_001))).status).toBe(413)
    expect((await fetchFrom(port, `/?${'x'.repeat(3000)}`)).status).toBe(431)
    expect((await fetchFrom(port, '/bare')).body).toContain('include uwsgi_params')
    expect((await fetchFrom(port, '/php')).body).toContain('modifier 14 (PHP) is not served here')
    expect((await fetchFrom(port, '/control')).status).toBe(403)
    expect(lines.map((line) => /\[[\w-]+\]/.exec(line)?.[0])).toEqual([
      '[body-too-large]',
      '[vars-too-large]',
      '[missing-var]',
      '[unknown-modifier]',
      '[control-var]',
    ])
    await child.stop('SIGQUIT')
    await server.drain()
    expect(await folder.list()).not.toContain('app.sock')
  },
)
