import cluster from 'node:cluster'
import { createServer } from 'node:http'

// What a Node team has without us: node:http in as many processes, `cluster.mjs PORT PROCESSES`.
const [port, processes] = process.argv.slice(2).map(Number)
if (cluster.isPrimary) {
  for (let count = 0; count < processes; count += 1) cluster.fork()
  process.on('SIGTERM', () => process.exit(0))
} else {
  createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': '11' })
    response.end('Hello World')
  }).listen(port, '127.0.0.1')
}
