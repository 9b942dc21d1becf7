/** Trailers of a Node framework's answer, on every way to a client. */
import { type Address, exchange } from '@trivet/testing'
import { expect, test } from 'vitest'
import { fixture, startStack } from './stack.ts'

const request = (path: string, more: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n\r\n`
const te = 'TE: trailers\r\nConnection: TE, close'
const dechunked = (answer: string): string => answer.slice(answer.indexOf('\r\n\r\n') + 4).replaceAll('\r\n', '|')

async function ask(address: Address, path: string, more: string): Promise<string> {
  return dechunked(await exchange(address, request(path, more)))
}

test('they reach a client that takes them, and no other', async () => {
  await using stack = await startStack({ module: fixture('trailers.ts'), container: ['--http-socket', '127.0.0.1:0'] })
  const port = Number(
    /serving http on 127\.0\.0\.1:(\d+)/.exec(await stack.container.until(/serving http on .*\n/))?.[1],
  )
  const ways: Readonly<Record<string, Address>> = {
    'the container’s http front': { host: '127.0.0.1', port },
    'the proxy, over uwsgi': stack.address,
  }
  for (const [way, address] of Object.entries(ways)) {
    expect([way, await ask(address, '/', te)]).toEqual([way, '4|last|0|X-Sum: 42||'])
    expect([way, await ask(address, '/streamed', te)]).toEqual([way, '7|first, |4|last|0|X-Sum: 42||'])
    expect([way, await ask(address, '/streamed', 'Connection: close')]).toEqual([way, '7|first, |4|last|0||'])
  }
  await stack.stop()
})
