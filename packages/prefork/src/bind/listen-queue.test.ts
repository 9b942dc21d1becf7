import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { bind } from './bind.ts'
import { countUnix, findTcp, listenQueues } from './listen-queue.ts'

if (process.platform === 'linux') {
  test('connections that nobody accepts are counted, over TCP and unix sockets', async () => {
    await using folder = await temporaryFolder()
    const listeners = [
      await bind({ host: '127.0.0.1', port: 0 }),
      await bind({ host: '::1', port: 0 }),
      await bind({ path: folder.join('a b.sock') }),
      await bind({ path: '\0trivet-listen-queue-test' }),
    ]
    expect(listenQueues(listeners)).toEqual([0, 0, 0, 0])
    const script =
      'import socket, sys\ns = [socket.socket(fileno=n) for n in (3, 4, 5, 6)]\nfor x in s: x.listen(5)\nprint(flush=True)\nsys.stdin.read()'
    const listening = spawn('python3', ['-c', script], {
      stdio: ['pipe', 'pipe', 'inherit', ...listeners.map(({ fd }) => fd)],
    })
    const { stdin, stdout } = listening
    if (stdin === null || stdout === null) throw new Error('no pipes')
    await once(stdout, 'data')
    const clients = [0, 0, 1, 2, 2, 2, 3].map((index) => connect(listeners[index]?.address as { path: string }))
    await Promise.all(clients.map((client) => once(client, 'connect')))
    expect(listenQueues(listeners)).toEqual([2, 1, 3, 1])
    for (const client of clients) client.destroy()
    for (const listener of listeners) listener.close()
    stdin.end()
    await once(listening, 'exit')
  })
}

test('tables that say nothing of it count as none waiting', () => {
  expect(findTcp('', '1')).toBe(0)
  expect(
    findTcp('  sl  local_address\n   0: 0100007F:1F90 00000000:0000 01 00000000:00000003 00: 0 0 0 1\n', '1'),
  ).toBe(0)
  expect(countUnix('Num RefCount\ngarbage\n', '/x')).toBe(0)
})
