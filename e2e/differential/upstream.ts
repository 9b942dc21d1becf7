/** What `proxy_pass` of both servers reaches: it sends back what it was sent, or answers by path. */
import { createServer, type Server, type Socket } from 'node:net'

const answers: Readonly<Record<string, string>> = {
  '/chunked': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n',
  '/status404': 'HTTP/1.1 404 Nothing Here\r\nContent-Length: 4\r\nX-Kind: own\r\n\r\nnone',
  '/status500': 'HTTP/1.1 500 Broken\r\nContent-Length: 3\r\n\r\nbad',
  '/redirect': 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:UPSTREAM/redirect/next?x\r\nContent-Length: 0\r\n\r\n',
  '/fields':
    'HTTP/1.1 200 OK\r\nServer: own\r\nX-One: 1\r\nX-One: 2\r\nX-Two: 3\r\nX-Pad: x\r\nX-Accel-Expires: 5\r\nContent-Length: 0\r\n\r\n',
  '/accel':
    'HTTP/1.1 200 OK\r\nX-Accel-Redirect: /exact\r\nX-Own: 1\r\nContent-Type: text/css\r\nContent-Length: 0\r\n\r\n',
  '/204': 'HTTP/1.1 204 No Content\r\nX-Own: 1\r\n\r\n',
  '/304': 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
  '/head': 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nLast-Modified: Thu, 29 Feb 2024 12:34:56 GMT\r\n\r\nhello',
}

/** Starts it on a free port. */
export async function startUpstream(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => serve(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the upstream has no port')
  return { server, port: address.port }
}

function serve(socket: Socket): void {
  let received = ''
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    const request = complete(received)
    if (request === undefined) return
    received = received.slice(request.length)
    answer(socket, request)
  })
}

/** The first request, when all of it has come. */
function complete(text: string): string | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = text.slice(0, end + 4)
  const length = Number(/\r\nContent-Length: (\d+)/i.exec(head)?.[1] ?? 0)
  return text.length >= head.length + length ? text.slice(0, head.length + length) : undefined
}

function answer(socket: Socket, request: string): void {
  const path = /^\S+ (\S+)/.exec(request)?.[1] ?? ''
  const own = answers[path]
  if (path === '/close') socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end')
  else if (own !== undefined) socket.write(own.replace('UPSTREAM', String(socket.localPort)), 'latin1')
  else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${request.length}\r\n\r\n${request}`, 'latin1')
}
