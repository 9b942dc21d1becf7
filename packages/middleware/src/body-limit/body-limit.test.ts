import type { Application, Input } from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { plain, text } from '../../test/probe.ts'
import { bodyLimit } from './body-limit.ts'

/** A body without a Content-Length. */
const streamed = (...chunks: string[]): ReadableStream =>
  ReadableStream.from(chunks.map((chunk) => new Uint8Array(Buffer.from(chunk))))

const readers: Readonly<Record<string, (input: Input) => Promise<string>>> = {
  read: async (input) => String(Buffer.from(await input.read())),
  'read(3)': async (input) => {
    let all = ''
    for (;;) {
      const chunk = Buffer.from(await input.read(3)).toString()
      if (chunk === '') return all
      all += chunk
    }
  },
  readline: async (input) => {
    let all = ''
    for (;;) {
      const line = Buffer.from(await input.readline()).toString()
      if (line === '') return all
      all += line
    }
  },
  readlines: async (input) => String(Buffer.concat(await input.readlines())),
  iteration: async (input) => {
    let all = ''
    for await (const chunk of input) all += String(Buffer.from(chunk))
    return all
  },
}

test.each(Object.entries(readers))('%s: up to the limit, and a 413 above it', async (_name, reader) => {
  const application: Application = async (environ, startResponse) =>
    text(await reader(environ['tsgi.input']))(environ, startResponse)
  const client = testClient(bodyLimit(10)(application))
  const fits = await client.fetch('/', { method: 'POST', body: streamed('0123\n', '6789\n') })
  expect([fits.status, await fits.text()]).toEqual([200, '0123\n6789\n'])
  const above = await client.fetch('/', { method: 'POST', body: streamed('0123\n', '6789\n', 'x') })
  expect([above.status, await above.text()]).toEqual([413, 'Content Too Large\n'])
  expect(client.errors).toEqual([])
})

test('by Content-Length, before the application is called', async () => {
  let calls = 0
  const application: Application = (environ, startResponse) => {
    calls += 1
    return text('read')(environ, startResponse)
  }
  const client = testClient(bodyLimit(10)(application))
  expect((await client.fetch('/', { method: 'POST', body: '0123456789' })).status).toBe(200)
  expect((await client.fetch('/', { method: 'POST', body: '0123456789x' })).status).toBe(413)
  expect(calls).toBe(1)
})

test('in a generator before its first chunk, and after it', async () => {
  const echo = (first: string): Application =>
    async function* application(environ, startResponse) {
      startResponse('200 OK', plain)
      yield Buffer.from(first)
      yield await environ['tsgi.input'].read()
    }
  const init = (): RequestInit => ({ method: 'POST', body: streamed('0123456789x') })
  expect((await testClient(bodyLimit(10)(echo(''))).fetch('/', init())).status).toBe(413)
  const client = testClient(bodyLimit(10)(echo('begun')))
  await expect(async () => (await client.fetch('/', init())).text()).rejects.toThrow('longer than 10 bytes')
  expect(client.errors).toEqual([expect.objectContaining({ code: 'body-too-large' })])
})

test('other errors pass', async () => {
  const client = testClient(bodyLimit(10)(() => Promise.reject(new Error('other'))))
  expect((await client.fetch('/')).status).toBe(500)
  expect(client.errors.map((error) => error.message)).toEqual(['other'])
  expect(() => bodyLimit(-1)).toThrow(expect.objectContaining({ code: 'option-invalid' }))
})

test('after the 413 was hushed up, nothing more is taken from the wire', async () => {
  let pulled = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1
      controller.enqueue(new Uint8Array(1000))
    },
  })
  const stubborn: Application = async (environ, startResponse) => {
    const input = environ['tsgi.input']
    const reads = [() => readers['iteration']?.(input), () => input.read(5), () => input.read(), () => input.readline()]
    for (const read of reads) await expect(read()).rejects.toMatchObject({ code: 'body-too-large' })
    return text('still here')(environ, startResponse)
  }
  const client = testClient(bodyLimit(10)(stubborn))
  expect(await (await client.fetch('/', { method: 'POST', body: endless })).text()).toBe('still here')
  expect(pulled).toBeLessThan(300)
})
