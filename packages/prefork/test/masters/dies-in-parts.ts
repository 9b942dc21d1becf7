import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// The end of a killed master in slow motion: first the connection of its worker, a moment later the listening socket.
const control = join(mkdtempSync(join(tmpdir(), `trivet-${process.pid}-`)), 'control')
const start = { type: 'start', version: 1, slot: 0, generation: 0, listeners: [], drainTimeout: 5000, payload: null }
const server = createServer((socket) => {
  socket.setEncoding('utf8')
  socket.once('data', () => socket.write(`${JSON.stringify(start)}\n`))
  socket.on('data', (text: string) => {
    if (!text.includes('"ready"')) return
    socket.destroy()
    // The worker's question whether anybody is there, answered with yes.
    server.once('connection', () => process.kill(process.pid, 'SIGKILL'))
  })
})
server.listen(control, () => {
  spawn(process.execPath, ['--conditions=@trivet/source', ...process.argv.slice(2)], {
    env: { ...process.env, TRIVET_CONTROL: control, TRIVET_TOKEN: 'token', LISTEN_FDS: '0' },
    stdio: 'inherit',
  })
})
