/**
 * The command `trivet-container`. Everything wrong with the configuration is printed before anything starts; after that
 * the process is the container's master and lives by signals.
 *
 *   HUP   reads the configuration again and replaces the workers     USR1  reopens the log and prints figures
 *   TERM  stops, running requests are finished                       INT, QUIT  the same; a second one stops at once
 *
 * uWSGI's TERM reloads brutally unless `die-on-term` is set, and its INT and QUIT cut requests off.
 */
import { formatAddress, watchSignals } from '@trivet/prefork'
import { ContainerError, formatDiagnostic, type Diagnostic } from '../config/diagnostic.ts'
import { packageVersion } from '../config/magic.ts'
import { hasErrors, readCommandLine, type ReadConfig } from '../config/read.ts'
import { findModule } from '../loader/find-module.ts'
import { loadApplication } from '../loader/load.ts'
import { FileLines, StreamLines, type LineWriter } from '../log/line-writer.ts'
import { helpText } from '../options/help.ts'
import { showConfig } from '../options/show-config.ts'
import { Container } from '../process/container.ts'
import { ContainerLog } from '../process/log.ts'

/** uWSGI's exit code for an application that does not load. */
const loadFailed = 22

/** Runs the command; resolves with its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const scope = { cwd: process.cwd(), environment: process.env }
  const read = readCommandLine(argv, scope)
  if (read.request.help) return print(helpText())
  if (read.request.version) return print(`trivet-container ${packageVersion()}\n`)
  const diagnostics = [...read.diagnostics, ...missingModule(read)]
  for (const diagnostic of diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`)
  if (read.request.showConfig) process.stdout.write(showConfig(read.settings))
  if (hasErrors(diagnostics)) return 1
  if (read.request.check) return await check(read)
  return await serve(read, () => readCommandLine(argv, scope))
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

/** A module that is not there is a mistake in the configuration, and can be shown where it stands. */
function missingModule({ config }: ReadConfig): readonly Diagnostic[] {
  if (config.application.reference.module === '') return []
  try {
    findModule(config.application.reference.module, config.application.directory)
    return []
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error
    return [{ severity: 'error', message: `\`module\`: ${error.message}`, place: config.application.place }]
  }
}

async function check({ config: { application } }: ReadConfig): Promise<number> {
  try {
    process.chdir(application.directory)
    Object.assign(process.env, application.environment)
    const loaded = await loadApplication(application.reference, application.directory)
    return print(`the configuration is good; ${loaded.label} loads (${loaded.interface})\n`)
  } catch (error) {
    process.stderr.write(`the application does not load: ${explain(error)}\n`)
    return loadFailed
  }
}

async function serve(read: ReadConfig, readAgain: () => ReadConfig): Promise<number> {
  const lines = openLog(read)
  if (lines === undefined) return 1
  const log = new ContainerLog(lines)
  const { config } = read
  const { processes } = config.workers
  let current: Container | undefined
  const unwatch = watchSignals(signalTable(log, readAgain, () => current))
  try {
    const container = await Container.start(config, log, process.execArgv, (created) => {
      current = created
      log.event(`starting ${processes} worker${processes === 1 ? '' : 's'} (master pid: ${process.pid})`)
    })
    for (const { protocol, address } of container.addresses)
      log.event(`serving ${protocol} on ${formatAddress(address)}`)
    await container.stopped
    log.event('stopped')
    return 0
  } catch (error) {
    if (isStopped(error)) {
      log.event('stopped')
      return 0
    }
    log.text(describeStartFailure(error))
    return error instanceof ContainerError && error.code === 'LOAD' ? loadFailed : 1
  } finally {
    unwatch()
    log.close()
  }
}

function openLog({ config }: ReadConfig): LineWriter | undefined {
  if (config.log.file === undefined) return new StreamLines(process.stdout)
  try {
    return new FileLines(config.log.file)
  } catch (error) {
    process.stderr.write(`error: \`logto\`: ${error instanceof Error ? error.message : String(error)}\n`)
    return undefined
  }
}

function signalTable(
  log: ContainerLog,
  readAgain: () => ReadConfig,
  container: () => Container | undefined,
): Parameters<typeof watchSignals>[0] {
  let stops = 0
  const stop = (signal: string, impatient: boolean): void => {
    if (impatient) stops += 1
    const graceful = stops < 2
    log.event(graceful ? `${signal}: stopping, running requests are finished` : `${signal} again: stopping at once`)
    container()
      ?.stop({ graceful })
      .catch((error: unknown) => log.event(explain(error)))
  }
  return {
    SIGHUP: () => void reload(log, readAgain, container()),
    SIGTERM: () => stop('TERM', false),
    SIGINT: () => stop('INT', true),
    SIGQUIT: () => stop('QUIT', true),
    SIGUSR1: () => void figures(log, container()),
  }
}

async function reload(log: ContainerLog, readAgain: () => ReadConfig, container: Container | undefined): Promise<void> {
  if (container === undefined) return
  log.event('HUP: reloading')
  try {
    const read = readAgain()
    const diagnostics = [...read.diagnostics, ...missingModule(read)]
    for (const diagnostic of diagnostics) log.text(formatDiagnostic(diagnostic))
    if (hasErrors(diagnostics)) throw new ContainerError('CONFIG', 'the configuration has errors')
    await container.reload(read.config)
    log.event('reloaded')
  } catch (error) {
    log.event(`not reloaded, the old workers serve on: ${explain(error)}`)
  }
}

async function figures(log: ContainerLog, container: Container | undefined): Promise<void> {
  if (container === undefined) return
  container.reopenLogs()
  const { workers, requests, connections } = await container.statistics()
  const each = workers.map(
    ({ slot, pid, requests: count, rss }) =>
      `worker ${slot + 1} (pid: ${pid ?? 'none'}) ${count} requests, ${Math.round(rss / 1048576)} MB`,
  )
  log.event(
    `statistics: ${workers.length} workers, ${requests} requests, ${connections} connections${each.map((text) => `; ${text}`).join('')}`,
  )
}

function describeStartFailure(error: unknown): string {
  if (!(error instanceof ContainerError)) return `error: ${explain(error)}`
  if (error.code === 'LOAD') return `error: the application does not load, no worker can serve:\n${error.message}`
  return error.diagnostics.length > 0 ? error.diagnostics.map(formatDiagnostic).join('\n') : `error: ${error.message}`
}

function explain(error: unknown): string {
  if (error instanceof ContainerError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

const isStopped = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'stopped'
