import { createServer } from 'node:http'
import { joinMaster } from '@trivet/prefork/worker'

// The ordinary worker: answers every request with its pid, slot and payload.
const link = await joinMaster()
const servers = link.listeners.map(({ fd, backlog }) => {
  const server = createServer((_request, response) =>
    response.end(
      JSON.stringify({ pid: process.pid, slot: link.slot, generation: link.generation, payload: link.payload }),
    ),
  )
  server.on('error', (error) => link.failed(error))
  return { server, listening: new Promise<void>((resolve) => server.listen({ fd, backlog }, resolve)) }
})
await Promise.all(servers.map(({ listening }) => listening))
link.onDrain(async () => {
  await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))))
})
link.ready({ pid: process.pid })
