/** What idle kept-alive connections weigh: the workers' memory with and without them. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Folder } from '@trivet/testing'
import { memoryOfGroup } from './memory.ts'
import { nginxServer, trivetServer, type WebServer } from './web-servers.ts'

const count = 9_500
const batch = 250

/** Opens connections, each with one request answered, and prints kilobytes of memory per connection. */
export async function benchIdle(folder: Folder): Promise<void> {
  process.stdout.write(`\n${count} idle connections, each after one request\n`)
  for (const start of [trivetServer, nginxServer]) {
    const server = await start(folder, 1)
    try {
      const kilobytes = await weigh(server)
      process.stdout.write(`  ${server.name.padEnd(13)} ${kilobytes.toFixed(2)} KB each\n`)
    } finally {
      await server.child.stop('SIGTERM')
    }
  }
}

async function weigh({ origin, child }: WebServer): Promise<number> {
  const port = Number(new URL(origin).port)
  await closeAll(await openMany(port, batch)) // warm-up: code and pools are there
  const before = memoryOfGroup(child.pid).pss
  const sockets = await openMany(port, count)
  const after = memoryOfGroup(child.pid).pss
  await closeAll(sockets)
  return (after - before) / count
}

async function openMany(port: number, total: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < total) {
    const opened = Array.from({ length: Math.min(batch, total - sockets.length) }, () => open(port))
    sockets.push(...(await Promise.all(opened)))
  }
  return sockets
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('GET /hello HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'data')
  return socket
}

async function closeAll(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(
    sockets.map(async (socket) => {
      const closed = once(socket, 'close')
      socket.destroy()
      await closed
    }),
  )
}
