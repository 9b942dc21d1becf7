/**
 * `trivet up`: both masters live in this one process, their workers are its children. Ctrl-C, TERM or the failure of
 * either tier stops both; the workers of a process that is killed outright notice it and leave by themselves.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isatty } from 'node:tty'
import { join } from 'node:path'
import { ContainerError, startContainer } from '@trivet/container'
import { startProxy } from '@trivet/proxy'
import { UsageError, readArguments, upUsage } from './arguments.ts'
import { say } from './output.ts'
import { type Plan, makePlan } from './plan.ts'

interface Tier {
  reload(): Promise<void>
  stop(how: { readonly graceful: boolean }): Promise<void>
}

/** Runs until a signal; sets the exit code. */
export async function up(args: readonly string[]): Promise<void> {
  // Whoever reads what is printed may go; no request shall fail for it.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  const folder = await mkdtemp(join(tmpdir(), 'trivet-'))
  const tiers: Tier[] = []
  const stop = stopOnSignal(tiers)
  try {
    const wanted = readArguments(args, process.env)
    if (wanted.help) return void process.stdout.write(upUsage)
    await start(await makePlan(wanted, folder, process.env), tiers, stop.signal)
    await stop.asked
  } catch (error) {
    if (stop.signal.aborted) return
    report(error)
    process.exitCode = error instanceof UsageError ? 2 : 1
  } finally {
    for (const tier of tiers.toReversed()) await tier.stop({ graceful: true })
    stop.forget()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Starts both; rejects when `signal` comes meanwhile. */
async function start(plan: Plan, tiers: Tier[], signal: AbortSignal): Promise<void> {
  const options = {
    ...('ini' in plan.app ? { ini: [plan.app.ini] } : { module: plan.app.module }),
    ...(plan.sockets.length > 0 ? { socket: plan.sockets } : {}),
    ...(plan.processes === undefined ? {} : { processes: plan.processes }),
    env: plan.env,
    vacuum: true,
  }
  const container = await startContainer(options, { onLine: (line) => say('app', line), signal })
  tiers.push(container)
  const proxy = await startProxy({ ...plan.conf, output: (line) => say('proxy', line) })
  tiers.push(proxy)
  signal.throwIfAborted()
  const addresses = proxy.addresses.map((address) =>
    'path' in address ? `unix:${address.path}` : `http://${hostOf(address.host)}:${address.port}`,
  )
  say('trivet', `${plan.title} is at ${addresses.join(' and ')} (Ctrl-C stops it)`)
}

function hostOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

interface Stop {
  /** Resolves at the first signal. */
  readonly asked: Promise<void>
  readonly signal: AbortSignal
  forget(): void
}

function stopOnSignal(tiers: readonly Tier[]): Stop {
  const { promise: asked, resolve } = Promise.withResolvers<void>()
  const controller = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const hadTerminal = isatty(1)
  let count = 0
  const listener = (name: NodeJS.Signals): void => {
    // A terminal that is closed sends HUP as well, and then is one no more.
    if (name === 'SIGHUP' && count === 0 && hadTerminal === isatty(1)) return reload(tiers)
    count += 1
    if (count === 1) {
      say('trivet', `${name} received, stopping; once more to stop at once`)
      controller.abort()
      resolve()
    } else for (const tier of tiers) void tier.stop({ graceful: false })
  }
  for (const name of names) process.on(name, listener)
  return { asked, signal: controller.signal, forget: () => names.forEach((name) => process.off(name, listener)) }
}

/** HUP: new configuration and new code, each tier for itself; what does not come up leaves the old one serving. */
function reload(tiers: readonly Tier[]): void {
  say('trivet', 'SIGHUP received, reloading')
  for (const tier of tiers) {
    tier.reload().catch((error: unknown) => say('trivet', `not reloaded: ${textOf(error)}`))
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function report(error: unknown): void {
  const cause = textOf(error)
  const isLoad = error instanceof ContainerError && error.code === 'LOAD'
  const text = isLoad ? `the application does not load: ${cause}` : cause
  process.stderr.write(`trivet: ${text}\n${error instanceof UsageError ? '\ntrivet up --help tells more\n' : ''}`)
}
