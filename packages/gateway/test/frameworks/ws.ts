/** A WebSocket echo beside an ordinary page, as the documentation of `ws` has it; only `listen` is the container's. */
import { createServer, type Server } from 'node:http'
import { WebSocketServer } from 'ws'
import type { Application } from '../../src/contract.ts'
import { fromNode } from '../../src/node.ts'

export const server: Server = createServer((_request, response) => void response.end('a page'))
const sockets = new WebSocketServer({ server, path: '/echo' })
sockets.on('connection', (socket) => {
  socket.send('welcome')
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})

export const application: Application = fromNode(server)
