import { createServer } from 'node:http'
import { Server } from 'node:net'
import { joinMaster } from '@trivet/prefork/worker'

// What a front must do for kept-alive connections: while draining, answer once more with `Connection: close`.
const link = await joinMaster()
const [listener] = link.listeners
if (listener === undefined) throw new Error('no listener')
let draining = false
const server = createServer((_request, response) => {
  if (draining) response.shouldKeepAlive = false
  response.end(JSON.stringify({ pid: process.pid }))
})
await new Promise<void>((resolve) => server.listen(listener, resolve))
link.onDrain(async () => {
  draining = true
  // net's close, not http's: that one would cut idle connections on which the next request may already be under way.
  await new Promise((resolve) => Server.prototype.close.call(server, resolve))
})
link.ready()
