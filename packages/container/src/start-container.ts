import { ContainerError, formatDiagnostic } from './config/diagnostic.ts'
import type { ContainerConfig } from './config/model.ts'
import { hasErrors, readOptions, readWithModules, type ReadConfig } from './config/read.ts'
import type { ContainerOptions } from './container-options.ts'
import type { LineWriter } from './log/line-writer.ts'
import { openLog } from './log/open.ts'
import { Container, type FrontAddress } from './process/container.ts'
import { ContainerLog } from './process/log.ts'
import type { ContainerStatistics } from './process/statistics.ts'

/** What lies outside the container's own configuration. */
export interface StartOptions {
  /** Takes each log line unless `logto` names a file; default: standard output. */
  readonly onLine?: (line: string) => void
  /** Where relative paths start; default: the process's working directory. */
  readonly cwd?: string
  /** Node's own options for the workers, such as `--enable-source-maps`. */
  readonly execArgv?: readonly string[]
  /** Gives up a start under way, which then rejects with the signal's reason. A container that runs is ended by `stop()`. */
  readonly signal?: AbortSignal
}

/** A running container. */
export interface ContainerHandle extends AsyncDisposable {
  /** In the order of the options: `socket`, `http-socket`, `http`. */
  readonly addresses: readonly FrontAddress[]
  /** Resolves when it has stopped, whoever asked for it. */
  readonly stopped: Promise<void>
  /** Replaces the workers, with changed options if given; rejects, the old ones serving on, when the new do not come up. */
  reload(changed?: ContainerOptions): Promise<void>
  /** Resolves when nothing of it is left; gracefully unless told otherwise. */
  stop(how?: { readonly graceful?: boolean }): Promise<void>
  statistics(): Promise<ContainerStatistics>
  reopenLogs(): void
}

/**
 * Starts a container inside this process as its master; resolves when every worker is ready. Throws ContainerError:
 * `CONFIG` with all diagnostics, `BIND` naming the address, `LOAD` with the traceback, `START`. Installs no signal handlers.
 */
export async function startContainer(options: ContainerOptions, start: StartOptions = {}): Promise<ContainerHandle> {
  const scope = { cwd: start.cwd ?? process.cwd(), environment: process.env }
  const notices: string[] = []
  const settle = async (given: ContainerOptions, reload: boolean): Promise<ReadConfig['config']> => {
    const read = await readWithModules({ ...scope, reload }, (whole) => readOptions(given, whole))
    if (hasErrors(read.diagnostics))
      throw new ContainerError('CONFIG', read.diagnostics.map(formatDiagnostic).join('\n'), {
        diagnostics: read.diagnostics,
      })
    notices.push(...read.diagnostics.map(formatDiagnostic))
    return read.config
  }
  const config = await settle(options, false)
  const standard = new CallbackLines(start.onLine ?? ((line): void => void process.stdout.write(`${line}\n`)))
  const log = new ContainerLog(openLog(config.log, standard), config.log.date)
  for (const notice of notices.splice(0)) log.text(notice)
  const container = await startOrAbort(config, log, start).catch((error: unknown) => {
    log.close()
    throw error
  })
  const stopped = container.stopped.then(() => log.close())
  const stop = async (how?: { readonly graceful?: boolean }): Promise<void> => {
    await container.stop(how)
    await stopped
  }
  return {
    addresses: container.addresses,
    stopped,
    reload: async (changed) =>
      await container.reload(
        changed === undefined ? {} : { read: async () => await settle({ ...options, ...changed }, true) },
      ),
    stop,
    statistics: () => container.statistics(),
    reopenLogs: () => container.reopenLogs(),
    [Symbol.asyncDispose]: () => stop(),
  }
}

async function startOrAbort(config: ContainerConfig, log: ContainerLog, options: StartOptions): Promise<Container> {
  const { execArgv, signal } = options
  signal?.throwIfAborted()
  let container: Container | undefined
  const abort = (): void => void container?.stop()
  signal?.addEventListener('abort', abort)
  try {
    const started = await Container.start(config, log, {
      ...(execArgv === undefined ? {} : { execArgv }),
      onCreated: (created) => {
        container = created
        if (signal?.aborted === true) abort()
      },
    })
    if (signal?.aborted === true) await started.stop()
    signal?.throwIfAborted()
    return started
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

class CallbackLines implements LineWriter {
  readonly #onLine: (line: string) => void

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  write(line: string): void {
    this.#onLine(line)
  }

  flush(): void {}
  reopen(): void {}

  rotate(): undefined {
    return undefined
  }

  close(): void {}
}
