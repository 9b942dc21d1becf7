/** Clients that mean harm, or have bad luck; each test is a way in which a front once failed. */
import { temporaryFolder, RawClient } from '@trivet/testing'
import { serve } from '@trivet/http1/gateway'
import { expect, test } from 'vitest'
import { bytes, Front } from './serving.ts'

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`

test('pipelined requests of a client that reads no answers are not run ahead', async () => {
  const size = 1024 * 1024
  let calls = 0
  await using front = await Front.start((_, startResponse) => {
    calls++
    startResponse('200 OK', [])
    return [Buffer.alloc(size, 'x')]
  })
  await using client = await front.connect()
  client.socket.pause()
  await client.send(get('/').repeat(100))
  await expect.poll(() => calls).toBeGreaterThan(0)
  // Whatever the kernel's buffers take; the rest would be in this process's memory.
  expect(calls).toBeLessThan(20)
  await client.send(get('/', 'Connection: close\r\n'))
  client.socket.resume()
  const answers = await client.closed()
  expect(calls).toBe(101)
  expect(answers.length).toBeGreaterThan(101 * size)
})

test('after a body whose last piece filled the queue the next request is read', async () => {
  const size = 256 * 1024
  await using front = await Front.start(async (environ, startResponse) => {
    const input = environ['tsgi.input']
    await expect.poll(() => input.buffered, { interval: 2 }).toBeDefined()
    const body = await input.read()
    startResponse('200 OK', [])
    return [bytes(`[${body.length}]`)]
  })
  await using client = await front.connect()
  await client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`)
  await client.send(Buffer.alloc(size))
  await client.until(`[${size}]`)
  await client.send(get('/next'))
  await client.until('[0]')
})

test('on a unix socket, too, a body that breaks off ends the connection', async () => {
  await using folder = await temporaryFolder()
  const errors: string[] = []
  const server = serve(
    async function* (_, startResponse) {
      startResponse('200 OK', [])
      yield bytes('part')
      throw new Error('no more')
    },
    { onError: (error) => errors.push(error.message) },
  )
  await server.listen({ path: folder.join('http.sock') })
  await using client = await RawClient.connect({ path: folder.join('http.sock') })
  await client.send('GET / HTTP/1.0\r\n\r\n')
  expect((await client.closed()).toString()).toMatch(/\r\n\r\npart$/)
  expect(errors).toEqual(['no more'])
  await server.close()
})

test('an upgraded connection counts until it is closed, and `close` closes it', async () => {
  await using front = await Front.start((_, startResponse) => {
    startResponse('101 Switching Protocols', [['tsgi.protocol', 'echo']])
    return (stream) => void stream.pipe(stream)
  })
  await using client = await front.connect()
  await client.send(get('/', 'Connection: Upgrade\r\nUpgrade: echo\r\n'))
  await client.until('\r\n\r\n')
  expect(front.server.connections).toBe(1)
  const drained = front.server.drain()
  await client.send('still here')
  await client.until('still here')
  await front.server.close()
  await drained
  await client.closed()
})

test('a body that the client cuts is no error of the application', async () => {
  const gone = Promise.withResolvers<unknown>()
  const running = Promise.withResolvers<void>()
  await using front = await Front.start(async (environ, startResponse) => {
    environ['tsgi.response_finished'] = [(_environ, _status, _headers, error) => gone.resolve(error)]
    running.resolve()
    await environ['tsgi.input'].read()
    startResponse('200 OK', [])
    return []
  })
  await using client = await front.connect()
  await client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')
  await running.promise
  client.end()
  expect(await gone.promise).toMatchObject({ code: 'truncated' })
  expect(front.errors).toEqual([])
})

test('`100-continue` in a list is an expectation, too', async () => {
  await using front = await Front.start(async (environ, startResponse) => {
    await environ['tsgi.input'].read()
    startResponse('204 No Content', [])
    return []
  })
  await using client = await front.connect()
  await client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: x=1, 100-Continue\r\n\r\n')
  await client.until('100 Continue\r\n\r\n')
  await client.send('hi')
  await client.until('204 No Content')
})
