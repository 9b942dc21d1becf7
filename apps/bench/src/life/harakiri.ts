/** Harakiri's timing: what the client got, and how long after the deadline, for requests that wait and that compute, beside uWSGI. */
import { setTimeout as delay } from 'node:timers/promises'
import { temporaryFolder } from '@trivet/testing'
import { startContainer, startUwsgiServer, type Server } from './servers.ts'
import { ask, type Fate } from './steady-load.ts'

/** Seconds. */
const limit = 2

const paths = { '/waits': 'waits for ever', '/loops': 'computes for ever', '/stops': 'can do nothing' } as const

/** Prints the table. */
export async function benchHarakiri({ rounds }: { readonly rounds: number }): Promise<void> {
  process.stdout.write(`harakiri = ${limit}, 2 workers, ${rounds} times each\n\n`)
  for (const start of [startContainer, startUwsgiServer]) {
    await using folder = await temporaryFolder()
    const server = await start(folder, ['--harakiri', String(limit)])
    await using _ = server.child
    for (const [path, what] of Object.entries(paths)) {
      const fates: Fate[] = []
      const others: Fate[] = []
      for (let round = 0; round < rounds; round += 1) {
        const ends = new AbortController()
        const meanwhile = keepAsking(server, ends.signal)
        fates.push(await ask(server.address, path))
        ends.abort()
        others.push(...(await meanwhile))
        await delay(500)
      }
      report(server, what, fates, others)
    }
    const log = server.child.output.split('\n').filter((line) => /harakiri|HARAKIRI/.test(line))
    process.stdout.write(
      `  its log: ${log[0] ?? 'nothing'}\n           ${log.find((line) => line.includes('/loops')) ?? ''}\n`,
    )
  }
}

/** Other requests, which should go on. */
async function keepAsking({ address }: Server, signal: AbortSignal): Promise<readonly Fate[]> {
  const fates: Fate[] = []
  while (!signal.aborted) {
    fates.push(await ask(address))
    await delay(20)
  }
  return fates
}

function report({ name }: Server, what: string, fates: readonly Fate[], others: readonly Fate[]): void {
  const late = fates.map(({ took }) => Math.round(took - limit * 1000)).toSorted((a, b) => a - b)
  const got = [
    ...new Set(fates.map(({ status, error }) => (status === undefined ? `nothing (${error})` : String(status)))),
  ]
  const lost = others.filter(({ status }) => status !== 200).length
  process.stdout.write(
    `${name.padEnd(18)} ${what.padEnd(20)} client got ${got.join(', ').padEnd(22)} ` +
      `${late[0]} to ${late.at(-1)} ms after the deadline; others: ${lost} of ${others.length} lost\n`,
  )
}
