import { connect } from 'node:net'
import { RuntimeFolder } from '@trivet/prefork'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApiServer } from './api-server.ts'
import type { Caller } from './caller.ts'
import { Locks } from './locks.ts'
import { Mules } from './mules.ts'
import { decode, encode } from './value.ts'

interface Client {
  send(text: string): void
  next(): Promise<unknown>
  readonly closed: Promise<unknown>
  close(): void
}

function client(server: ApiServer, token = server.place.token): Client {
  const socket = connect(server.place.path)
  socket.on('error', () => {}) // a server that has had enough resets
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const lines: string[] = []
  const waiting: ((line: string) => void)[] = []
  let held = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (held + chunk).split('\n')
    held = parts.pop() ?? ''
    for (const part of parts) (waiting.shift() ?? ((line: string) => void lines.push(line)))(part)
  })
  socket.write(`${JSON.stringify({ token, role: 'worker', number: 1, epoch: 0 })}\n`)
  return {
    closed,
    send: (text) => void socket.write(`${text}\n`),
    next: async () => decode(lines.shift() ?? (await new Promise<string>((resolve) => waiting.push(resolve)))),
    close: () => socket.destroy(),
  }
}

async function open(maxValue = 100, complaints: string[] = []): Promise<ApiServer & AsyncDisposable> {
  const calls = {
    ...new Locks(1).calls,
    echo: (_: Caller, [value]: readonly unknown[]) => value as string,
  }
  const options = {
    maxValue,
    owner: { uid: undefined, gid: undefined },
    complain: (text: string) => void complaints.push(text),
  }
  const folder = await RuntimeFolder.make()
  const server = await ApiServer.open(folder, calls, options)
  const dispose = async (): Promise<void> => {
    server.close()
    folder.remove()
  }
  return Object.assign(server, { [Symbol.asyncDispose]: dispose })
}

const call = (name: string, ...args: unknown[]): string => encode({ call: name, args: args as string[] })

test('values go there and back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.uint8Array(), (value, data) => {
      const made = { value: value as string, data: Buffer.from(data), list: [data] }
      const back = decode(encode(made)) as { value: unknown; data: Buffer; list: [Buffer] }
      expect(back.value).toEqual(JSON.parse(JSON.stringify(value)))
      expect([Buffer.from(back.data), Buffer.from(back.list[0])]).toEqual([Buffer.from(data), Buffer.from(data)])
    }),
  )
  expect(() => decode('{')).toThrow('not JSON')
})

test('calls are answered in order, errors too', async () => {
  await using server = await open()
  const one = client(server)
  one.send(call('echo', 'a'))
  one.send(call('nothing'))
  one.send(call('lock', 9))
  one.send(call('is_locked', 0))
  expect(await one.next()).toEqual({ value: 'a' })
  expect(await one.next()).toEqual({ error: 'the master knows no call `nothing`', code: 'unavailable' })
  expect(await one.next()).toMatchObject({ code: 'value' })
  expect(await one.next()).toEqual({ value: false })
  one.close()
})

test('a lock goes to whoever asked first, also when its holder vanishes', async () => {
  await using server = await open()
  const [one, two, three] = [client(server), client(server), client(server)]
  one.send(call('lock', 1))
  await one.next()
  two.send(call('lock', 1))
  two.send(call('echo', 'two'))
  // Who has waited and gone is passed over.
  two.close()
  await two.closed
  three.send(call('lock', 1))
  one.close()
  expect(await three.next()).toEqual({ value: null })
  three.close()
})

test('who breaks the rules is cut off, and costs nothing more', async () => {
  const complaints: string[] = []
  await using server = await open(100, complaints)
  const stranger = client(server, 'guess')
  await stranger.closed
  const babbler = client(server)
  babbler.send('{"call":')
  await babbler.closed
  const greedy = client(server)
  greedy.send(call('echo', 'x'.repeat(300_000)))
  await greedy.closed
  expect(complaints).toHaveLength(3)
  expect(complaints[2]).toContain('longer than')
  const good = client(server)
  good.send(call('echo', 'still here'))
  expect(await good.next()).toEqual({ value: 'still here' })
  good.close()
})

test('answers that nobody reads stop the calls, and not the master', async () => {
  let answered = 0
  const calls = {
    large: () => {
      answered += 1
      return 'x'.repeat(100_000)
    },
  }
  const folder = await RuntimeFolder.make()
  const owner = { uid: undefined, gid: undefined }
  const server = await ApiServer.open(folder, calls, { maxValue: 100, owner, complain: () => {} })
  const deaf = connect(server.place.path)
  deaf.pause()
  deaf.write(`${JSON.stringify({ token: server.place.token, role: 'worker', number: 1, epoch: 0 })}\n`)
  deaf.write(`${call('large')}\n`.repeat(1000))
  const other = client(server)
  for (let turn = 0; turn < 50; turn += 1) {
    other.send(call('nothing'))
    await other.next()
  }
  expect(answered).toBeLessThan(100)
  deaf.destroy()
  other.close()
  server.close()
  folder.remove()
})

test('a mule that has waited for many messages has left nothing with its connection', async () => {
  const endings = new Set<() => void>()
  const onGone = (action: () => void): (() => void) => {
    endings.add(action)
    return () => void endings.delete(action)
  }
  const caller = { role: 'mule', number: 1, epoch: 0, push: () => true, onGone } as const
  const { mule_get_msg: receive, mule_msg: send } = new Mules(1, 100).calls
  for (let count = 0; count < 10; count += 1) {
    const message = receive?.(caller, [])
    await send?.(caller, [Buffer.from(`${count}`), 1])
    expect(await message).toEqual(Buffer.from(`${count}`))
  }
  expect(endings.size).toBe(0)
})
