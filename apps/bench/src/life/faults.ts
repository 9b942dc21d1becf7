/** The fault table: for each fault what the client got, what was logged, whether others went on, and what was left behind. */
import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { chmod, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { groupMembers, runToEnd, temporaryFolder, type Folder } from '@trivet/testing'
import { bin } from '../bin.ts'
import { memoryOfGroup } from '../memory.ts'
import { startContainer, type Server } from './servers.ts'
import { ask } from './steady-load.ts'

interface Fault {
  readonly name: string
  readonly options?: readonly string[]
  /** Does it; says what the client got. */
  readonly provoke: (server: Server) => Promise<string>
  /** What the log says of it. */
  readonly logged: RegExp
}

const got = async (server: Server, path: string): Promise<string> => {
  const { status, error } = await ask(server.address, path)
  return status === undefined ? `a broken connection (${error})` : String(status)
}

const faults: readonly Fault[] = [
  {
    name: 'throws in a request',
    provoke: async (server) => await got(server, '/throws'),
    logged: /Error: thrown on purpose/,
  },
  { name: 'exits in a request', provoke: async (server) => await got(server, '/exits'), logged: /left with code 3/ },
  {
    name: 'blocks the event loop',
    options: ['--harakiri', '1'],
    provoke: async (server) => await got(server, '/loops'),
    logged: /harakiri: GET \/loops .*the event loop is blocked/,
  },
  {
    name: 'waits for ever',
    options: ['--harakiri', '1'],
    provoke: async (server) => await got(server, '/waits'),
    logged: /harakiri: GET \/waits/,
  },
  {
    name: 'leaks until reload-on-rss',
    options: ['--reload-on-rss', '200', '--min-worker-lifetime', '1'],
    provoke: async (server) => await got(server, '/leaks'),
    logged: /is replaced: it holds \d+ MB of memory/,
  },
  {
    name: 'full disk under the log',
    options: ['--logto', '/dev/full'],
    provoke: async (server) => await got(server, '/'),
    logged: /cannot write to \/dev\/full: ENOSPC/,
  },
  {
    name: 'ignores drain',
    options: ['--worker-reload-mercy', '1'],
    provoke: async (server) => {
      const stuck = got(server, '/waits')
      await delay(300)
      server.child.signal('SIGHUP')
      return await stuck
    },
    logged: /left: killed by SIGKILL/,
  },
  {
    name: 'descriptors run out (EMFILE)',
    options: ['--max-fd', '60'],
    provoke: async (server) => {
      const fates = await Promise.all(Array.from({ length: 100 }, async () => await ask(server.address, '/slow')))
      const served = fates.filter(({ status }) => status === 200).length
      return `200 for ${served} of 100 at once, a closed connection for the others`
    },
    logged: /clients are turned away: .*/,
  },
  {
    name: 'crash loop (killed 5 times)',
    provoke: async (server) => {
      for (let count = 0; count < 5; count += 1) {
        const [victim] = groupMembers(server.child.pid).filter(({ pid }) => pid !== server.child.pid)
        if (victim !== undefined) process.kill(victim.pid, 'SIGKILL')
        await delay(300)
      }
      return await got(server, '/')
    },
    logged: /left: killed by SIGKILL/,
  },
]

/** Prints the table. */
export async function benchFaults(): Promise<void> {
  for (const fault of faults) await tryFault(fault)
  await masterKilled()
  for (const [name, prepare] of Object.entries(badStarts)) await badStart(name, prepare)
}

async function tryFault({ name, options = [], provoke, logged }: Fault): Promise<void> {
  await using folder = await temporaryFolder()
  const server = await startContainer(folder, options)
  await using _ = server.child
  await ask(server.address)
  const before = footprint(server)
  const others: Promise<{ status: number | undefined }>[] = []
  const timer = setInterval(() => others.push(ask(server.address)), 20)
  const client = await provoke(server)
  const line = await server.child.until(logged, 15_000).then(
    () => logged.exec(server.child.output)?.[0] ?? '',
    () => 'NOTHING',
  )
  await delay(1500)
  clearInterval(timer)
  const lost = (await Promise.all(others)).filter(({ status }) => status !== 200).length
  const after = footprint(server)
  print(name, `client: ${client}; others: ${lost} of ${others.length} lost`, line)
  process.stdout.write(
    `    processes ${before.processes} -> ${after.processes}, descriptors of the master ${before.fds} -> ${after.fds}, memory ${before.pss} -> ${after.pss} MB\n`,
  )
}

async function masterKilled(): Promise<void> {
  await using folder = await temporaryFolder()
  const server = await startContainer(folder)
  await using _ = server.child
  const running = ask(server.address, '/slow')
  await delay(200)
  server.child.signal('SIGKILL')
  const { status, error } = await running
  while (groupMembers(server.child.pid).length > 0) await delay(50)
  print(
    'master killed with -9',
    `the request under way: ${status ?? error}; processes left: 0`,
    'nobody is left to log',
  )
}

const badStarts: Readonly<Record<string, (folder: Folder) => Promise<readonly string[]>>> = {
  'socket path is taken': async (folder) => {
    const server = createServer().listen(folder.join('taken.sock'))
    server.unref()
    return ['--socket', folder.join('taken.sock')]
  },
  'socket path is a file': async (folder) => ['--socket', await folder.write('file.sock', '')],
  'socket cannot be written': async () => ['--socket', '/sys/app.sock'],
  'ini with every kind of error': async (folder) => [
    '--ini',
    await folder.write(
      'site.ini',
      '[uwsgi\n[uwsgi]\nprocesses = four\nhttp-socket = 8080\nvaccum = true\nstrict\nmodule = gone\nchmod-socket = 999\n',
    ),
  ],
  'socket folder is missing': async (folder) => ['--socket', folder.join('none/app.sock')],
  'application fails to load': async (folder) => {
    await writeFile(folder.join('broken.mjs'), 'throw new Error("no database")\n')
    return ['--module', folder.join('broken.mjs'), '--http-socket', '127.0.0.1:0']
  },
}

async function badStart(name: string, prepare: (folder: Folder) => Promise<readonly string[]>): Promise<void> {
  await using folder = await temporaryFolder()
  await chmod(folder.path, 0o755)
  const app = new URL('../../stack/hello.ts', import.meta.url).pathname
  const { code, output } = await runToEnd(bin('trivet-container'), ['--module', app, ...(await prepare(folder))])
  const errors = output.split('\n').filter((line) => line.includes('rror'))
  print(name, `exit code ${code}, ${errors.length} lines of errors`, errors.join('\n         ') || output.trim())
}

function footprint({ child: { pid } }: Server): {
  readonly processes: number
  readonly fds: number
  readonly pss: number
} {
  const { processes, pss } = memoryOfGroup(pid)
  return { processes, fds: readdirSync(`/proc/${pid}/fd`).length, pss: Math.round(pss / 1024) }
}

function print(name: string, fate: string, line: string): void {
  process.stdout.write(`${name.padEnd(28)} ${fate}\n    log: ${line}\n`)
}
