import { Master, watchSignals } from '@trivet/prefork'

// Reloads so often, then says where its scoreboard is and how many workers lived at once: `reloads.ts WORKER COUNT`.
const [worker = '', count = '1'] = process.argv.slice(2)
const master = new Master({ listeners: [], processes: 2, command: 'python3', args: [worker] })
await master.start()
let most = 0
for (let round = 0; round < Number(count); round += 1) {
  await master.reload()
  most = Math.max(most, master.workers.length)
  while (master.workers.length > 2) await new Promise((resolve) => master.once('exit', resolve))
}
const { board } = (master.workers[0]?.info ?? {}) as { board?: string }
const unwatch = watchSignals({ SIGTERM: () => void master.stop().then(unwatch) })
console.log(JSON.stringify({ board, most }))
