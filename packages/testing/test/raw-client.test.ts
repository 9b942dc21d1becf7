import { type AddressInfo, type Socket, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { RawClient, exchange } from '../src/raw-client.ts'
import { byteByByte, bytes } from '../src/splits.ts'

async function server(onSocket: (socket: Socket) => void): Promise<AsyncDisposable & { host: string; port: number }> {
  const listener = createServer({ allowHalfOpen: true }, onSocket)
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => await new Promise<void>((resolve) => listener.close(() => resolve())),
  }
}

test('waits for one pattern after another', async () => {
  await using echo = await server((socket) => socket.pipe(socket))
  await using client = await RawClient.connect(echo)
  await client.sendPieces(byteByByte(bytes('one\ntwo\nthr\xe9e')))
  expect(await client.until('\n')).toBe('one\n')
  expect(await client.until(/t.o\n/g)).toBe('two\n')
  client.end()
  expect((await client.closed()).at(-2)).toBe(0xe9)
})

test('says what had come when the wait was in vain', async () => {
  await using echo = await server((socket) => socket.pipe(socket))
  await using client = await RawClient.connect(echo)
  await client.send('abc')
  await client.until('abc')
  await expect(client.until('never', 10)).rejects.toThrow('received 3 bytes: "abc"')
  client.end()
  await expect(client.until('never')).rejects.toThrow('the peer closed before never came')
})

test('an exchange reads until the peer closes', async () => {
  await using greeter = await server((socket) => socket.once('data', (data) => socket.end(`hello ${data.toString()}`)))
  expect(await exchange(greeter, 'you')).toBe('hello you')
})

test('a refused connection names the address', async () => {
  await expect(RawClient.connect({ path: '/nonexistent/s.sock' })).rejects.toThrow('unix:/nonexistent/s.sock')
})
