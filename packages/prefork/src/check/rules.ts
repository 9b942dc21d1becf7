import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { ForkedProcess } from '../master/forked-process.ts'
import type { ProcessListener } from '../master/process-handle.ts'
import { Pretender, type Stage } from './pretender.ts'

/** A rule of WORKER.md at work: it holds, or the sentence says what broke it. */
export interface Rule {
  readonly name: string
  /** What the contract asks. */
  readonly asks: string
  /** Undefined when it holds. */
  check(life: Pretender, stage: Stage): Promise<string | undefined>
}

/** One life of a worker: rules that are tried in turn, as long as what they stand on holds. */
export interface Life {
  readonly name: string
  readonly begin: { readonly role?: 'zygote'; readonly refuse?: boolean }
  readonly rules: readonly Rule[]
}

const O_NONBLOCK = 0o4000
const O_CLOEXEC = 0o2000000

const startRules: readonly Rule[] = [
  {
    name: 'hello',
    asks: 'it connects to TRIVET_CONTROL and says hello with its token, version 1 and its own pid',
    async check(life) {
      if (await life.until(() => life.helloPid !== undefined || ended(life)))
        return life.helloPid === undefined
          ? `it ended before it said hello${lastWords(life)}`
          : life.helloPid === life.handle.pid
            ? undefined
            : `it says that its pid is ${life.helloPid}, the system says ${life.handle.pid}`
      return 'it did not say hello in time'
    },
  },
  {
    name: 'ready',
    asks: 'it sends `ready` when it serves',
    async check(life) {
      await life.until(() => life.said('ready') !== undefined || life.said('failed') !== undefined || ended(life))
      if (life.said('ready') !== undefined) return undefined
      const failed = life.said('failed')
      if (failed !== undefined) return `it sent \`failed\`: ${String(failed['message'])}`
      if (life.broken !== undefined) return `it broke the protocol: ${life.broken}`
      return ended(life) ? `it ended before it was ready${lastWords(life)}` : 'it was not ready in time'
    },
  },
]

const livingRules: readonly Rule[] = [
  {
    name: 'listen',
    asks: 'it listens on every socket before it is ready',
    check: async (_life, stage) => ((await accepts(stage)) ? undefined : 'connections are refused'),
  },
  {
    name: 'non-blocking',
    asks: 'it leaves the listeners non-blocking, since that flag is shared',
    async check(_life, stage) {
      const flags = descriptorFlags('self', stage.listener.fd)
      return flags === undefined || (flags & O_NONBLOCK) !== 0
        ? undefined
        : 'the shared flag O_NONBLOCK has been cleared'
    },
  },
  {
    name: 'close-on-exec',
    asks: 'what the application starts does not inherit the listeners',
    async check(life) {
      const flags = life.handle.pid === undefined ? undefined : descriptorFlags(String(life.handle.pid), 3)
      return flags === undefined || (flags & O_CLOEXEC) !== 0 ? undefined : 'descriptor 3 is not close-on-exec'
    },
  },
  {
    name: 'scoreboard',
    asks: 'its record has its pid and says that it is ready',
    async check(life) {
      if (await life.until(() => life.record?.pid === life.helloPid && life.record?.state === 'ready', 2000))
        return undefined
      return `its record has pid ${life.record?.pid} and state \`${life.record?.state}\``
    },
  },
  {
    name: 'signals',
    asks: 'it ignores SIGINT, SIGHUP and SIGUSR1',
    async check(life) {
      for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1'] as const) {
        life.handle.kill(signal)
        if ((await life.ended(200)) !== undefined) return `${signal} ended it`
      }
      return undefined
    },
  },
  {
    name: 'unknown messages',
    asks: 'messages and members it does not know do it no harm',
    async check(life) {
      life.send({ type: 'x-unknown', id: 1, value: 'ä'.repeat(5000) })
      return (await life.ended(300)) === undefined && life.peer !== undefined
        ? undefined
        : 'an unknown message ended it'
    },
  },
  {
    name: 'ping',
    asks: 'it answers `ping` with `pong`',
    async check(life) {
      life.send({ type: 'ping' })
      return (await life.until(() => life.said('pong') !== undefined, 2000)) ? undefined : 'no `pong` came within 2 s'
    },
  },
]

const leavingRules: readonly Rule[] = [
  {
    name: 'drain',
    asks: 'on `drain` it finishes what it has and exits with 0',
    async check(life) {
      life.send({ type: 'drain' })
      const exit = await life.ended()
      if (exit === undefined) return 'it did not leave in time'
      return exit.code === 0
        ? undefined
        : `it exited ${exit.signal === null ? `with code ${exit.code}` : `by ${exit.signal}`}`
    },
  },
  {
    name: 'close only',
    asks: 'it closes the listeners without `shutdown`, which would end listening for all',
    async check(_life, stage) {
      return (await accepts(stage)) ? undefined : 'after it had left, the socket refuses connections for everybody'
    },
  },
]

/** All lives a worker is led through. */
export const lives: readonly Life[] = [
  { name: 'a life', begin: {}, rules: [...startRules, ...livingRules, ...leavingRules] },
  {
    name: 'the master is gone',
    begin: {},
    rules: [
      ...startRules,
      {
        name: 'end of file',
        asks: 'when the control connection ends it drains and exits',
        async check(life) {
          life.peer?.close()
          return (await life.ended()) === undefined ? 'it lives on without a master' : undefined
        },
      },
    ],
  },
  {
    name: 'SIGTERM',
    begin: {},
    rules: [
      ...startRules,
      {
        name: 'terminate',
        asks: 'on SIGTERM it leaves',
        async check(life) {
          life.handle.kill('SIGTERM')
          return (await life.ended()) === undefined ? 'it ignores SIGTERM' : undefined
        },
      },
    ],
  },
  {
    name: 'refused',
    begin: { refuse: true },
    rules: [
      {
        name: 'refusal',
        asks: 'a worker that is refused ends, with another code than 0',
        async check(life) {
          const exit = await life.ended()
          if (exit === undefined) return 'it lives on'
          return exit.code === 0 ? 'it exits with 0, as if all were well' : undefined
        },
      },
    ],
  },
]

const forked = async (life: Pretender, stage: Stage): Promise<Pretender> => {
  const child = new Pretender(stage, {}, (token) => {
    const listener: ProcessListener = {
      neverBorn: (cause) => child.listener.neverBorn(cause),
      output: (stream, source) => child.listener.output(stream, source),
      exited: (exit) => child.listener.exited(exit),
      closed: (exit) => child.listener.closed(exit),
    }
    const process = new ForkedProcess(listener, () => life.handle.pid)
    life.send({ type: 'fork', token, slot: 0, scoreboard: { path: stage.control.scoreboard, offset: 0, cores: 1 } })
    return process
  })
  await child.until(() => child.said('ready') !== undefined)
  return child
}

/** The further life of a program that can fork its workers. */
export const zygoteLife: Life = {
  name: 'zygote',
  begin: { role: 'zygote' },
  rules: [
    startRules[0] as Rule,
    {
      name: 'loaded',
      asks: 'a zygote sends `loaded` when the application is loaded, and not `ready`',
      async check(life) {
        await life.until(() => ['loaded', 'ready', 'failed'].some((type) => life.said(type)) || ended(life))
        return life.said('loaded') === undefined
          ? `it sent ${life.messages.map(({ type }) => type).join(', ') || 'nothing'}`
          : undefined
      },
    },
    {
      name: 'fork, output and exited',
      asks: 'it forks, says `forked`, the child brings its output and becomes a worker, and its end is told with `exited`',
      async check(life, stage) {
        const child = await forked(life, stage)
        const pid = child.helloPid
        if (child.said('ready') === undefined) return 'no child said hello and `ready` with the token it was forked for'
        if (pid === life.helloPid) return 'the child says the pid of the zygote'
        if (life.said('forked')?.['pid'] !== pid) return 'no `forked` with the pid of the child came'
        child.handle.kill('SIGKILL')
        const told = await life.until(() => life.said('exited')?.['pid'] === pid)
        if (!told) return 'a killed child was not reaped and told with `exited`'
        return life.said('exited')?.['signal'] === 'SIGKILL' ? undefined : '`exited` does not name the signal'
      },
    },
    {
      name: 'drain of a zygote',
      asks: 'on `drain` it waits for its children, then exits with 0',
      async check(life, stage) {
        const child = await forked(life, stage)
        life.send({ type: 'drain' })
        if ((await life.ended(300)) !== undefined) {
          child.handle.kill('SIGKILL')
          return 'it left before its child'
        }
        child.send({ type: 'drain' })
        const exit = await life.ended()
        if (exit === undefined) return 'it did not leave after its last child'
        return exit.code === 0 ? undefined : `it exited with ${exit.code ?? exit.signal}`
      },
    },
  ],
}

function ended(life: Pretender): boolean {
  return (
    life.peer === undefined && (life.helloPid !== undefined || life.handle.pid === undefined || isGone(life.handle.pid))
  )
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

function lastWords({ lines }: Pretender): string {
  return lines.length === 0 ? '' : `; its last words: ${lines.slice(-3).join(' | ')}`
}

async function accepts({ listener: { address } }: Stage): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect('path' in address ? { path: address.path } : { host: address.host, port: address.port })
    const settle = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true)).once('error', () => settle(false))
  })
}

/** The flags of a descriptor, from Linux's /proc; undefined where there is none. */
function descriptorFlags(pid: string, fd: number): number | undefined {
  try {
    const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))?.[1]
    return flags === undefined ? undefined : Number.parseInt(flags, 8)
  } catch {
    return undefined
  }
}
