/** Our proxy before a real uWSGI: a plain WSGI application and a Flask one. */
import { createHash, randomBytes } from 'node:crypto'
import { freePort, startUwsgiPython, temporaryFolder, withPeers } from '@trivet/testing'
import { FormData, fetch } from 'undici'
import { expect } from 'vitest'
import { startFront } from './stack.ts'

const http = `
  client_max_body_size 64m;
  server { listen 127.0.0.1:PORT; location / { include uwsgi_params; uwsgi_pass unix:SOCKET; } }
`

async function withApplication(source: string, use: (origin: string) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder()
  const port = await freePort()
  await using uwsgi = await startUwsgiPython({ path: folder.join('app.sock') }, source, 'processes = 2\nmaster = true')
  const proxy = await startFront('trivet-proxy', folder, port, http)
  try {
    await use(`http://127.0.0.1:${port}`)
    await proxy.stop('SIGQUIT')
    await uwsgi.stop()
  } finally {
    await proxy[Symbol.asyncDispose]()
  }
}

const hello = `
import hashlib
def application(environ, start_response):
    body = environ['wsgi.input'].read(int(environ.get('CONTENT_LENGTH') or 0))
    text = '%s %s %s %d %s' % (environ['REQUEST_METHOD'], environ['PATH_INFO'], environ['QUERY_STRING'], len(body), hashlib.sha256(body).hexdigest())
    start_response('200 OK', [('Content-Type', 'text/plain'), ('X-Wsgi', 'yes')])
    return [text.encode('latin-1')]
`

const flask = `
from flask import Flask, redirect, request, url_for
application = Flask(__name__)
names = []

@application.route('/')
def index():
    return 'Names: ' + ', '.join(names)

@application.route('/sign', methods=['POST'])
def sign():
    names.append(request.form['name'])
    if 'picture' in request.files:
        names.append(str(len(request.files['picture'].read())))
    return redirect(url_for('index'))

@application.route('/stream')
def stream():
    return application.response_class(str(i) + chr(10) for i in range(1000))
`

withPeers('uwsgi', 'uwsgi-python').test('a WSGI application gets method, path, query and body', async () => {
  await withApplication(hello, async (origin) => {
    const empty = createHash('sha256').update('').digest('hex')
    const answer = await fetch(`${origin}/a%20b?q=1`)
    expect(answer.headers.get('x-wsgi')).toBe('yes')
    expect(await answer.text()).toBe(`GET /a b q=1 0 ${empty}`)
    const sent = randomBytes(20_000_000)
    const posted = await fetch(`${origin}/up`, { method: 'POST', body: sent })
    expect(await posted.text()).toBe(`POST /up  ${sent.length} ${createHash('sha256').update(sent).digest('hex')}`)
    for (let i = 0; i < 50; i += 1) expect((await fetch(`${origin}/again`)).status).toBe(200)
  })
})

withPeers('uwsgi', 'uwsgi-python', 'flask').test('a Flask application: form, redirect, upload, stream', async () => {
  await withApplication(flask, async (origin) => {
    const signed = await fetch(`${origin}/sign`, {
      method: 'POST',
      body: new URLSearchParams({ name: 'Ada & co' }),
      redirect: 'manual',
    })
    expect([signed.status, signed.headers.get('location')]).toEqual([302, '/'])
    const form = new FormData()
    form.set('name', 'Grace')
    form.set('picture', new Blob([randomBytes(300_000)]), 'p.png')
    expect((await fetch(`${origin}/sign`, { method: 'POST', body: form, redirect: 'manual' })).status).toBe(302)
    const lines = (await (await fetch(`${origin}/stream`)).text()).split('\n')
    expect([lines.length, lines[999]]).toEqual([1001, '999'])
    expect((await fetch(`${origin}/`, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(`${origin}/sign`)).status).toBe(405)
  })
})
