import { createServer } from 'node:net'
import { temporaryFolder } from '@trivet/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findTcp, findUnix, socketAddress } from './socket-address.ts'

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
const row = (local: string, inode: string): string =>
  `   0: ${local} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`

test.each([
  ['0100007F:1F90', { host: '127.0.0.1', port: 8080 }],
  ['00000000000000000000000001000000:0050', { host: '::1', port: 80 }],
  ['00000000000000000000000000000000:0050', { host: '::', port: 80 }],
])('%s', (local, address) => {
  expect(findTcp(head + row('00000000:0001', '7') + row(local, '42'), '42')).toEqual(address)
  expect(findTcp(head + row(local, '42'), '4')).toBeUndefined()
})

test('paths, and abstract names', () => {
  const table =
    'Num       RefCount Protocol Flags    Type St Inode Path\n' +
    '0000000000000000: 00000002 00000000 00010000 0001 01 12 /run/a b.sock\n' +
    '0000000000000000: 00000002 00000000 00010000 0001 01 13 @name\n' +
    '0000000000000000: 00000002 00000000 00000000 0002 01 14\n'
  expect([findUnix(table, '12'), findUnix(table, '13'), findUnix(table, '14')]).toEqual([
    { path: '/run/a b.sock' },
    { path: '\0name' },
    undefined,
  ])
})

test('nonsense is no address', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(findUnix(`\n${text}`, '42')).toBeUndefined()
      expect(findTcp(`\n${text}`, '42')).toBeUndefined()
    }),
  )
})

test.runIf(process.platform === 'linux')("this process's own sockets", async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('a.sock')
  for (const where of [{ path }, { host: '127.0.0.1', port: 0 }]) {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(where, resolve))
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle
    const bound = server.address()
    expect(socketAddress(fd)).toEqual(typeof bound === 'string' ? { path } : { host: '127.0.0.1', port: bound?.port })
    server.close()
  }
  expect([socketAddress(9999), socketAddress(0)]).toEqual([undefined, undefined])
})
