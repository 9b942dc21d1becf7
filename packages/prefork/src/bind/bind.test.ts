import { chmodSync, lstatSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { bind } from './bind.ts'
import { bindPrivate, bindRaw } from './bound-socket.ts'

const root = process.getuid?.() === 0

test('binds a port the system chose, without listening on it', async () => {
  const listener = await bind({ host: '127.0.0.1', port: 0 })
  const { port } = listener.address as { port: number }
  expect(port).toBeGreaterThan(0)
  expect(listener.fd).toBeGreaterThan(2)
  await expect(connect({ host: '127.0.0.1', port })).resolves.toBe('ECONNREFUSED')
  listener.close()
  listener.close()
})

test('a port in use is refused by name', async () => {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  await expect(bind({ host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'address-in-use',
    message: `cannot bind to 127.0.0.1:${port}: another process uses it (EADDRINUSE)`,
  })
  expect(() => bindPrivate({ host: '127.0.0.1', port })).toThrow('EADDRINUSE')
  await new Promise((resolve) => server.close(resolve))
})

test.each([
  [{ host: '192.0.2.1', port: 0 }, 'this machine has no such address'],
  [{ host: '127.0.0.1', port: 70_000 }, 'the port must be 0 to 65535'],
  [{ host: 'no-such-host.invalid', port: 0 }, 'host not found'],
  [{ path: '/no/such/folder/app.sock' }, 'there is no folder /no/such/folder'],
  [{ path: '/tmp' }, 'is not a socket'],
  [{ path: `/tmp/${'x'.repeat(103)}` }, 'the path holds 108 bytes'],
  [{ path: '/dev/null/app.sock' }, 'a part of the path is not a folder'],
])('%j is refused: %s', async (address, message) => {
  await expect(bind(address)).rejects.toThrow(message)
})

test('an IPv6 address keeps its brackets in messages', async () => {
  const one = await bind({ host: '::1', port: 0 }, { ipv6Only: true })
  expect(one.address).toMatchObject({ host: '::1' })
  one.close()
})

test('reusePort lets two bind one port', async () => {
  const one = await bind({ host: '127.0.0.1', port: 0 }, { reusePort: true })
  const two = await bind(one.address, { reusePort: true })
  expect(two.address).toEqual(one.address)
  one.close()
  two.close()
})

test('a unix socket gets its mode and goes when it is closed', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('app.sock')
  const listener = await bind({ path }, { mode: 0o640 })
  expect(lstatSync(path).mode & 0o777).toBe(0o640)
  listener.close()
  expect(await folder.list()).toEqual([])
})

test('a stale unix socket is replaced', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('app.sock')
  const before = await bind({ path })
  const left = lstatSync(path).ino
  before.close({ unlink: false })
  expect(lstatSync(path).ino).toBe(left)
  const listener = await bind({ path })
  expect(await folder.list()).toEqual(['app.sock'])
  listener.close()
})

test('a live unix socket is refused by name and lives on', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('app.sock')
  const server = net.createServer((socket) => socket.end())
  await new Promise<void>((resolve) => server.listen(path, resolve))
  await expect(bind({ path })).rejects.toMatchObject({
    code: 'address-in-use',
    message: `cannot bind to unix:${path}: another process is listening on it`,
  })
  expect(await connect({ path })).toBe('connected')
  await new Promise((resolve) => server.close(resolve))
})

test('a file that is not a socket is left alone', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('precious')
  writeFileSync(path, 'data')
  await expect(bind({ path })).rejects.toMatchObject({ code: 'not-a-socket' })
  expect(await folder.read('precious')).toBe('data')
})

test('closing leaves a socket alone that somebody else put in its place', async () => {
  await using folder = await temporaryFolder()
  const path = folder.join('app.sock')
  const first = await bind({ path })
  const second = await bind({ path }) // nobody listens on the first yet, so it counts as stale
  first.close()
  expect(await folder.list()).toEqual(['app.sock'])
  second.close()
  expect(await folder.list()).toEqual([])
})

// What can be shown depends on who runs the tests.
if (root) {
  test('a unix socket gets its owner', async () => {
    await using folder = await temporaryFolder()
    const listener = await bind({ path: folder.join('app.sock') }, { uid: 65_534, gid: 65_534 })
    expect(lstatSync(folder.join('app.sock'))).toMatchObject({ uid: 65_534, gid: 65_534 })
    listener.close()
  })
} else {
  test('a folder without permission is refused', async () => {
    await using folder = await temporaryFolder()
    chmodSync(folder.path, 0o500)
    await expect(bind({ path: join(folder.path, 'app.sock') })).rejects.toMatchObject({ code: 'address-denied' })
    chmodSync(folder.path, 0o700)
  })
}

if (process.platform === 'linux') {
  test('binds an abstract path', async () => {
    const listener = await bind({ path: `\0trivet-prefork-test-${process.pid}` })
    expect(listener.fd).toBeGreaterThan(2)
    listener.close()
  })
}

test.each([
  ['net.BoundSocket', bindRaw],
  ["node:cluster's way", bindPrivate],
])('%s: the same sockets come out', async (_name, raw) => {
  await using folder = await temporaryFolder()
  const port = raw({ host: '127.0.0.1', port: 0 })
  expect(port.port).toBeGreaterThan(0)
  const path = raw({ path: folder.join('a') })
  expect(path.port).toBeUndefined()
  expect(path.fd).not.toBe(port.fd)
  expect(() => raw({ path: folder.join('a') })).toThrow('EADDRINUSE')
  port.close()
  path.close()
  expect(await folder.list()).toEqual([])
})

function connect(to: { path: string } | { host: string; port: number }): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(to)
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)))
  })
}
