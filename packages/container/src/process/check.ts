/**
 * What `--check` does after the configuration is read: the application is loaded, and nothing else is started. JavaScript
 * loads in this process. Another language loads in a container of one worker, on a socket in a folder of its own that
 * nobody knows, without the files, programs and reloads of the configuration.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContainerConfig } from '../config/model.ts'
import { readOptions } from '../config/read.ts'
import type { LineWriter } from '../log/line-writer.ts'
import { runtimeOf } from '../runtimes/table.ts'
import { Container } from './container.ts'
import { ContainerLog } from './log.ts'

/** Loads it; resolves with what it is, rejects as a start would. `line` takes what it prints. */
export async function checkApplication(config: ContainerConfig, line: (text: string) => void): Promise<string> {
  const { application, serving } = config
  if (runtimeOf(config).name !== 'javascript') return await checkInWorker(config, line)
  process.chdir(application.directory)
  Object.assign(process.env, application.environment)
  const { reference, directory } = application
  // What serves takes 16 MB, which a master should not hold for this command's sake.
  const { loadServing } = await import('../serving/load.ts')
  const loaded = await loadServing({ application: reference, directory, serving })
  return describe(loaded.label, loaded.interface)
}

async function checkInWorker(config: ContainerConfig, line: (text: string) => void): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'trivet-check-'))
  try {
    const bare = readOptions(
      { module: 'unused', socket: join(folder, 'check.sock'), vacuum: true, minWorkerLifetime: 0 },
      { cwd: folder, environment: {} },
    ).config
    const { sockets, http, reloads, log, files, serving, programs, operations, life } = bare
    const { mules, spooler } = bare.sharing
    const only: ContainerConfig = {
      ...config,
      sockets,
      http,
      reloads,
      log,
      files,
      serving,
      programs,
      operations,
      life,
      python: { ...config.python, onlyLoads: true },
      sharing: { ...config.sharing, mules, spooler },
      workers: { ...config.workers, processes: 1, uid: undefined, gid: undefined },
    }
    const printed: LineWriter = {
      write: line,
      flush: () => {},
      reopen: () => {},
      rotate: () => undefined,
      close: () => {},
    }
    let found = 'the application loads'
    const ready: LineWriter = {
      ...printed,
      write: (text) => {
        const serves = /is ready, serving (.*) \((\w+)\)$/.exec(text)
        if (serves !== null) found = describe(serves[1] ?? '', serves[2] ?? '')
        else if (text.startsWith('[worker ')) line(text)
      },
    }
    const container = await Container.start(only, new ContainerLog({ events: ready, requests: printed }))
    await container.stop()
    return found
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const describe = (label: string, kind: string): string => `the application loads: ${label} (${kind})`
