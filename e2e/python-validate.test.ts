/** Every WSGI application of the tests and samples under wsgiref.validate, which checks the application and the server. */
import { fileURLToPath } from 'node:url'
import { temporaryFolder, withPeers } from '@trivet/testing'
import { fetch } from 'undici'
import { expect } from 'vitest'
import { pythonFixture, sample, startPythonStack } from './python-stack.ts'
import { fixture } from './stack.ts'

const own = (name: string): string =>
  fileURLToPath(new URL(`../packages/container/test/fixtures/python/${name}`, import.meta.url))

const applications: Readonly<Record<string, readonly [place: string, name: string]>> = {
  app: [own('app.py'), 'application'],
  faults: [own('faults.py'), 'application'],
  probe: [fixture('probe.py'), 'application'],
  conformance: [fixture('conformance.py'), 'application'],
  bottle: [pythonFixture('bottle_hello.py'), 'app'],
  falcon: [pythonFixture('falcon_hello.py'), 'app'],
  flask: [pythonFixture('flask_hello.py'), 'app'],
  pyramid: [pythonFixture('pyramid_hello.py'), 'app'],
  links: [`${sample('flask-links')}/links.py`, 'create_app()'],
  polls: ['pollsite.wsgi', 'application'],
}

const text = { 'content-type': 'text/plain' }

/**
 * What is asked of each. Left out is what an application does wrong on purpose, and of the conformance application what
 * PEP 3333 allows and this checker does not: a status of 200 without a Content-Type, and start_response in the first step
 * of the iteration.
 */
const requests: readonly (readonly [path: string, status: number, init?: Parameters<typeof fetch>[1]])[] = [
  ['/app/hello?a=b', 200],
  ['/app/show/%C3%A9', 200, { headers: { 'x-name': 'wört' } }],
  ['/app/echo', 200, { method: 'POST', body: 'x'.repeat(200_000), headers: text }],
  ['/app/echo', 200, { method: 'PUT', body: '', headers: text }],
  ['/app/stream', 200],
  ['/app/stream', 200, { method: 'HEAD' }],
  ['/app/gone', 404],
  ['/faults/unread', 200, { method: 'POST', body: 'x'.repeat(1000), headers: text }],
  ['/faults/greedy', 200, { method: 'POST', body: 'x'.repeat(1000), headers: text }],
  ['/faults/fork', 200],
  ['/faults/closes', 200],
  ['/probe/', 200, { method: 'POST', body: 'back', headers: text }],
  ['/probe/pid', 200, { method: 'OPTIONS' }],
  ['/conformance/environ', 200, { headers: { cookie: 'a=b', accept: 'x/y' } }],
  ['/conformance/read', 200, { method: 'POST', body: 'abcdefghij', headers: text }],
  ['/conformance/readline', 200, { method: 'POST', body: 'a\nbc\ndef', headers: text }],
  ['/conformance/readlines', 200, { method: 'POST', body: 'a\nbc\ndef', headers: text }],
  ['/conformance/iterate', 200, { method: 'POST', body: 'a\nbc\ndef', headers: text }],
  ['/conformance/echo', 200, { method: 'POST', body: 'abc', headers: text }],
  ['/conformance/errors', 200],
  ['/conformance/bytes', 200],
  ['/conformance/nothing', 404],
  ['/bottle/world', 200],
  ['/falcon/world', 200],
  ['/flask/world', 200],
  ['/flask/world', 405, { method: 'DELETE' }],
  ['/pyramid/world', 200],
  ['/links/', 200],
  ['/links/', 422, { method: 'POST', body: new URLSearchParams({ url: 'javascript:alert(1)' }) }],
  ['/polls/', 200],
  ['/polls/new/', 200],
  ['/polls/static/admin/css/base.css', 200],
  ['/polls/static/admin/css/base.css', 304, { headers: { 'if-modified-since': 'Fri, 31 Dec 2100 00:00:00 GMT' } }],
  ['/polls/admin/', 302, { redirect: 'manual' }],
  ['/polls/new/', 403, { method: 'POST', body: new URLSearchParams({ text: 'x' }) }],
]

withPeers('bottle', 'falcon', 'flask', 'pyramid', 'django').test(
  'no application and no server is complained of',
  async () => {
    await using folder = await temporaryFolder()
    const env = {
      VALIDATED: JSON.stringify(applications),
      LINKS_DATA: folder.join('links'),
      POLLS_DATA: folder.join('polls'),
      PYTHONPATH: sample('polls'),
    }
    const application = ['--wsgi-file', fixture('validated.py'), '--threads', '2']
    await using stack = await startPythonStack('flask', { application, env })
    const seen: (readonly [string, number])[] = []
    for (const [path, , init] of requests) {
      const answer = await fetch(`${stack.origin}${path}`, init)
      await answer.arrayBuffer()
      seen.push([path, answer.status])
    }
    const output = stack.container.output
    expect(seen, output).toEqual(requests.map(([path, status]) => [path, status]))
    expect(output).not.toMatch(/AssertionError|WSGIWarning|garbage collected/)
    // The checker does complain.
    expect((await fetch(`${stack.origin}/app/nothing`)).status).toBe(500)
    await stack.container.until('AssertionError')
    await stack.stop()
  },
)
