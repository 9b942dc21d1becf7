/**
 * The command `trivet-container`. Everything wrong with the configuration is printed before anything starts; after that
 * the process is the container's master and lives by signals.
 *
 *   HUP   reads the configuration again and replaces the workers     USR1  reopens the log and prints figures
 *   TERM  stops, running requests are finished                       INT, QUIT  the same; a second one stops at once
 *   TSTP  requests wait, until the next one
 *
 * uWSGI's TERM reloads brutally unless `die-on-term` is set, and its INT and QUIT cut requests off: the first is here
 * too, under `compat = 2.0`.
 */
import { existsSync } from 'node:fs'
import { formatAddress, watchSignals } from '@trivet/prefork'
import { ContainerError, formatDiagnostic, type Diagnostic, type Place } from '../config/diagnostic.ts'
import { packageVersion } from '../config/magic.ts'
import type { ContainerConfig } from '../config/model.ts'
import { splitModule } from '../config/model/application.ts'
import type { PythonReference } from '../config/model/python.ts'
import { hasErrors, readCommandLine, readWithModules, type ReadConfig } from '../config/read.ts'
import { findModule } from '../loader/find-module.ts'
import { StreamLines } from '../log/line-writer.ts'
import { openLog, type LogStreams } from '../log/open.ts'
import { Notifier } from '../systemd/notifier.ts'
import { signalInstance } from './signal-instance.ts'
import { titleOf } from '../process/title.ts'
import { background, daemonize } from './daemonize.ts'
import { helpText } from '../options/help.ts'
import { showConfig } from '../options/show-config.ts'
import { checkApplication } from '../process/check.ts'
import { Container } from '../process/container.ts'
import { explain, isStopped } from '../process/explain.ts'
import { ContainerLog } from '../process/log.ts'
import { pythonFolders } from '../runtimes/find-python-module.ts'

/** uWSGI's exit code for an application that does not load. */
const loadFailed = 22

/** Runs the command; resolves with its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const failure = signalInstance(argv)
  if (failure !== undefined) return failure === '' ? 0 : fail(failure)
  const scope = { cwd: process.cwd(), environment: process.env }
  const reading = async (reload: boolean): Promise<ReadConfig> =>
    await readWithModules({ ...scope, reload }, (whole) => readCommandLine(argv, whole))
  const read = await reading(false)
  if (read.request.help !== undefined) return print(helpText(read.request.help))
  if (read.request.version) return print(`trivet-container ${packageVersion()}\n`)
  const diagnostics = [...read.diagnostics, ...missingModule(read)]
  for (const diagnostic of diagnostics) process.stderr.write(`${formatDiagnostic(diagnostic)}\n`)
  if (read.request.showConfig) process.stdout.write(showConfig(read.settings))
  if (hasErrors(diagnostics)) return 1
  if (read.request.check) return await check(read)
  return await serve(read, async () => await reading(true))
}

function fail(message: string): number {
  process.stderr.write(`error: ${message}\n`)
  return 1
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

/** A module that is not there is a mistake in the configuration, and can be shown where it stands. */
function missingModule({ config }: ReadConfig): readonly Diagnostic[] {
  if (config.application.reference.module === '') return []
  if (config.python.reference !== undefined) return missingFile(config.python.reference, config.application.place)
  try {
    findModule(config.application.reference.module, config.application.directory)
    return []
  } catch (error) {
    if (!(error instanceof ContainerError)) throw error
    const python = noPythonModule(config)
    return [{ severity: 'error', message: `\`module\`: ${error.message}${python}`, place: config.application.place }]
  }
}

function missingFile({ kind, module }: PythonReference, place: Place | undefined): readonly Diagnostic[] {
  if (kind === 'module' || existsSync(module)) return []
  return [{ severity: 'error', message: `there is no file ${module}`, place }]
}

/** What was looked for in Python's way, where nobody has said which language it is. */
function noPythonModule({ application, python }: ContainerConfig): string {
  const { module } = splitModule(application.reference.module)
  if (!/^[\w.]+$/.test(module)) return ''
  const folders = pythonFolders(application.directory, python).join(', ')
  return `; and no Python module ${module.replaceAll('.', '/')}.py in ${folders} (if it is installed elsewhere, say \`runtime = python\`)`
}

async function check({ config }: ReadConfig): Promise<number> {
  try {
    const found = await checkApplication(config, (line) => void process.stderr.write(`${line}\n`))
    return print(`the configuration is good; ${found}\n`)
  } catch (error) {
    process.stderr.write(`the application does not load: ${explain(error)}\n`)
    return error instanceof ContainerError && error.code !== 'LOAD' ? 1 : loadFailed
  }
}

async function serve(read: ReadConfig, readAgain: () => Promise<ReadConfig>): Promise<number> {
  const behind = background()
  if (behind === undefined && read.config.operations.daemonize !== undefined)
    return await daemonize(read.config.operations.daemonize)
  const streams = openStreams(read)
  if (streams === undefined) return 1
  const log = new ContainerLog(streams, read.config.log.date)
  const { config } = read
  const { processes } = config.workers
  const { titles, umask } = config.workers
  process.title = titleOf(titles, 'master')
  if (umask !== undefined) process.umask(umask)
  let current: Container | undefined
  const said = new Set(read.diagnostics.map(formatDiagnostic))
  const unwatch = watchSignals(signalTable(log, () => current))
  try {
    const container = await Container.start(config, log, {
      execArgv: process.execArgv,
      notifier: Notifier.of(process.env, (message) => log.event(message)),
      readAgain: async () => goodConfig(await readAgain(), said, log),
      onCreated: (created) => {
        current = created
        log.event(`starting ${processes} worker${processes === 1 ? '' : 's'} (master pid: ${process.pid})`)
      },
    })
    for (const { protocol, address } of container.addresses)
      log.event(`serving ${protocol} on ${formatAddress(address)}`)
    behind?.report({ started: true })
    await container.stopped
    log.event('stopped')
    return 0
  } catch (error) {
    if (isStopped(error)) {
      log.event('stopped')
      return 0
    }
    log.text(describeStartFailure(error))
    behind?.report({ failed: describeStartFailure(error) })
    return error instanceof ContainerError && error.code === 'LOAD' ? loadFailed : 1
  } finally {
    unwatch()
    log.close()
  }
}

function openStreams({ config }: ReadConfig): LogStreams | undefined {
  try {
    return openLog(config.log, new StreamLines(process.stdout))
  } catch (error) {
    process.stderr.write(`error: the log cannot be opened: ${error instanceof Error ? error.message : String(error)}\n`)
    return undefined
  }
}

function signalTable(log: ContainerLog, container: () => Container | undefined): Parameters<typeof watchSignals>[0] {
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
    SIGHUP: () => {
      log.event('HUP: reloading')
      container()?.commands.reload()
    },
    SIGTERM: () => {
      const running = container()
      if (running?.termReloads !== true) return stop('TERM', false)
      log.event('TERM: reloading brutally (`compat`)')
      running.commands.reloadBrutally()
    },
    SIGINT: () => stop('INT', true),
    SIGQUIT: () => stop('QUIT', true),
    SIGUSR1: () => {
      container()?.reopenLogs()
      container()?.commands.printStatistics()
    },
    SIGTSTP: () => container()?.commands.togglePause(),
  }
}

/** A configuration read again, with what is new about it in the log; throws ContainerError `CONFIG` when it has errors. */
function goodConfig(read: ReadConfig, said: Set<string>, log: ContainerLog): ContainerConfig {
  const diagnostics = [...read.diagnostics, ...missingModule(read)]
  for (const diagnostic of diagnostics) {
    const text = formatDiagnostic(diagnostic)
    if (diagnostic.severity === 'error' || !said.has(text)) log.text(text)
    said.add(text)
  }
  if (hasErrors(diagnostics)) throw new ContainerError('CONFIG', 'the configuration has errors')
  return read.config
}

function describeStartFailure(error: unknown): string {
  if (!(error instanceof ContainerError)) return `error: ${explain(error)}`
  if (error.code === 'LOAD') return `error: the application does not load, no worker can serve:\n${error.message}`
  return error.diagnostics.length > 0 ? error.diagnostics.map(formatDiagnostic).join('\n') : `error: ${error.message}`
}
