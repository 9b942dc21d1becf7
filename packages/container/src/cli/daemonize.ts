/**
 * `daemonize`: the command starts itself again in a session of its own, with the log file as standard output and error,
 * and stays until that one has started or failed, so that whoever called it gets a true exit code.
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/** Set for the process in the background; not handed on to its workers. */
const marker = 'TRIVET_DAEMONIZED'

/** What the process in the background says to the one that waits. */
type Report = { readonly started: true } | { readonly failed: string }

/** The process in the background's end; undefined in any other process. */
export interface Background {
  report(report: Report): void
}

/** Whether this is the process in the background. */
export function background(): Background | undefined {
  if (process.env[marker] === undefined) return undefined
  delete process.env[marker]
  return {
    report(report) {
      // The one that waits may have been killed, and then nobody wants to know.
      if (process.send !== undefined && process.connected) process.send(report, () => process.disconnect?.())
    },
  }
}

/** Starts the process in the background and waits for its report; resolves with the exit code. */
export async function daemonize(log: string): Promise<number> {
  let fd: number
  try {
    fd = openSync(log, 'a')
  } catch (error) {
    process.stderr.write(`error: \`daemonize\`: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', fd, fd, 'ipc'],
    env: { ...process.env, [marker]: '1' },
  })
  closeSync(fd)
  return await new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`error: \`daemonize\`: ${error.message}\n`)
      resolve(1)
    })
    child.once('exit', (code) => resolve(code ?? 1))
    child.on('message', (report: Report) => {
      if ('failed' in report) process.stderr.write(`${report.failed}\n`)
      else resolve(0)
    })
  })
}
