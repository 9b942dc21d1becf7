import { bind, Master } from '@trivet/prefork'

// A whole master as a program of its own, for the tests that kill it: `plain.ts WORKER PROCESSES`.
const [script = '', processes = '1'] = process.argv.slice(2)
const listener = await bind({ host: '127.0.0.1', port: 0 })
const master = new Master({
  listeners: [listener],
  processes: Number(processes),
  command: process.execPath,
  args: [...process.execArgv, script],
  drainTimeout: 2000,
})
await master.start()
console.log(`${JSON.stringify({ address: listener.address, pids: master.workers.map(({ pid }) => pid) })}\n`)
