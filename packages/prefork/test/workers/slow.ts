import { once } from 'node:events'
import { createServer } from 'node:net'
import { joinMaster } from '@trivet/prefork/worker'

// Answers a connection only after it has been told to drain: what is in flight is finished.
const link = await joinMaster()
const [listener] = link.listeners
if (listener === undefined) throw new Error('no listener')
const drained = Promise.withResolvers<void>()
const server = createServer((socket) => {
  link.send({ type: 'accepted' })
  void drained.promise.then(() => socket.end('finished'))
})
server.listen(listener)
await once(server, 'listening')
link.onDrain(async () => {
  server.close()
  drained.resolve()
  await once(server, 'close')
})
link.ready()
