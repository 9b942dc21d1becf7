import net from 'node:net'

// Speaks the contract by hand, and breaks it when told to.
const socket = net.connect(String(process.env['TRIVET_CONTROL']))
const hello = { type: 'hello', version: 1, token: process.env['TRIVET_TOKEN'], pid: process.pid }
socket.write(`${JSON.stringify(hello)}\n`)
socket.on('data', (chunk) => {
  if (String(chunk).includes('start')) socket.write('{"type":"ready"}\n')
  else socket.destroy()
})
setInterval(() => {}, 60_000)
