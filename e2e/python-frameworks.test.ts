/** The frameworks say hello; Starlette under us and under uvicorn, held against each other. */
import { once } from 'node:events'
import { Child, freePort, listening, peer, withPeers, type PeerName } from '@trivet/testing'
import { FormData, WebSocket, fetch } from 'undici'
import { expect } from 'vitest'
import { pythonFixture, startPythonStack } from './python-stack.ts'

const frameworks: readonly PeerName[] = ['flask', 'bottle', 'falcon', 'pyramid', 'starlette']

for (const name of frameworks) {
  withPeers(name).test(`${name} says hello`, async () => {
    const application = ['--wsgi-file', pythonFixture(`${name}_hello.py`)]
    await using stack = await startPythonStack(name, { application })
    const response = await fetch(`${stack.origin}/world`)
    expect([response.status, await response.text()]).toEqual([200, `${name} greets world\n`])
    expect((await fetch(`${stack.origin}/no/such/page`)).status).toBe(404)
    await stack.stop()
  })
}

/** What a client can see of an application. */
async function observe(origin: string): Promise<readonly unknown[]> {
  const form = new FormData()
  form.set('file', new File([new Uint8Array(200_000)], 'größe.bin'))
  const seen = [
    await fetch(`${origin}/w%C3%B6rld?x`),
    await fetch(`${origin}/count/`),
    await fetch(`${origin}/upload/`, { method: 'POST', body: form, headers: { 'X-Word': 'wört' } }),
    await fetch(`${origin}/fail/`),
    await fetch(`${origin}/count/`, { method: 'HEAD' }),
    await fetch(`${origin}/world`, { method: 'DELETE' }),
    await fetch(`${origin}/see/a%2Fb/%C3%A9?q=%20`, {
      method: 'PUT',
      body: 'x',
      headers: { 'X-Two': '2', 'x-one': '1' },
    }),
  ]
  return await Promise.all(
    seen.map(async (response) => [
      response.status,
      response.headers.get('content-type'),
      response.status < 500 ? await response.text() : 'an error',
    ]),
  )
}

/** What a client can see of a WebSocket. */
async function talk(origin: string): Promise<readonly unknown[]> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/echo/`, ['other', 'chat'])
  await once(socket, 'open')
  const answers: unknown[] = [socket.protocol]
  for (const text of ['hello', 'grüße', 'x'.repeat(70_000)]) {
    const message = once(socket, 'message') as Promise<[{ data: string }]>
    socket.send(text)
    answers.push((await message)[0].data)
  }
  const closed = once(socket, 'close') as Promise<[{ code: number; wasClean: boolean }]>
  socket.close(4321, 'enough')
  const [{ code, wasClean }] = await closed
  return [...answers, code, wasClean]
}

withPeers('starlette', 'uvicorn').test('Starlette looks the same as under uvicorn', async () => {
  const port = await freePort()
  const application = pythonFixture('starlette_hello.py').replace(/\/[^/]*$/, '')
  await using _ = await Child.start(
    peer('uvicorn'),
    ['-m', 'uvicorn', '--app-dir', application, '--port', String(port), 'starlette_hello:app'],
    { env: { PYTHONDONTWRITEBYTECODE: '1' } },
  )
  await listening({ host: '127.0.0.1', port })
  await using stack = await startPythonStack('starlette', {
    application: ['--asgi', `${pythonFixture('starlette_hello.py')}:app`],
  })
  const theirs = `http://127.0.0.1:${port}`
  expect(await observe(stack.origin)).toEqual(await observe(theirs))
  expect(await talk(stack.origin)).toEqual(await talk(theirs))
  await stack.stop()
})
