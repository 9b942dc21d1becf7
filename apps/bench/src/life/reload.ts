/** Reloads under load: requests lost, and the longest that one waited, for each way to reload, beside uWSGI. */
import { writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { temporaryFolder, type Folder } from '@trivet/testing'
import { type Server, startContainer, startUwsgiServer } from './servers.ts'
import { ask, steadily, type Fate } from './steady-load.ts'

/** Requests a second. */
const rate = 200

interface Way {
  readonly name: string
  readonly reload: (server: Server) => Promise<void>
  readonly done: { readonly trivet: RegExp; readonly uwsgi: RegExp }
}

const ways: readonly Way[] = [
  {
    name: 'HUP',
    reload: async ({ child }) => child.signal('SIGHUP'),
    done: { trivet: / - reloaded\n/, uwsgi: /Respawned uWSGI worker 2|spawned uWSGI worker 2/ },
  },
  {
    name: 'chain reload',
    reload: async ({ fifo }) => await writeFile(fifo, 'c'),
    done: { trivet: / - reloaded\n/, uwsgi: /chain reloading complete/i },
  },
]

/** Prints the table. */
export async function benchReload(): Promise<void> {
  process.stdout.write(`${rate} requests/s, a connection each, 2 workers\n\n`)
  for (const start of [startContainer, startUwsgiServer]) {
    for (const way of ways) await withServer(start, async (server) => await underReload(server, way))
    await withServer(start, underTerm)
  }
}

async function withServer(
  start: (folder: Folder) => Promise<Server>,
  use: (server: Server) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder()
  const server = await start(folder)
  await using _ = server.child
  await use(server)
}

async function underReload(server: Server, { name, reload, done }: Way): Promise<void> {
  const from = server.child.output.length
  const fates = await steadily(server.address, rate, async () => {
    await reload(server)
    await server.child.until(server.name === 'uWSGI' ? done.uwsgi : done.trivet, 30_000, from)
  })
  report(server, name, fates)
}

/** Requests of half a second that are under way when TERM comes. */
async function underTerm(server: Server): Promise<void> {
  const running = [ask(server.address, '/slow'), ask(server.address, '/slow')]
  await delay(200)
  server.child.signal('SIGTERM')
  report(server, 'TERM, requests under way', await Promise.all(running))
  await server.child.exited
}

function report({ name }: Server, what: string, fates: readonly Fate[]): void {
  const lost = fates.filter(({ status }) => status !== 200)
  const worst = Math.max(...fates.filter(({ status }) => status === 200).map(({ took }) => took))
  const reasons = [...new Set(lost.map(({ status, error }) => error ?? `status ${status}`))].join(', ')
  process.stdout.write(
    `${name.padEnd(18)} ${what.padEnd(26)} lost ${String(lost.length).padStart(3)} of ${String(fates.length).padEnd(4)} ` +
      `worst ${Number.isFinite(worst) ? `${Math.round(worst)} ms` : '-'}${reasons === '' ? '' : `  (${reasons})`}\n`,
  )
}
