/**
 * uWSGI's commands to an instance that runs: `--reload`, `--stop` or `--pause` and the file with its process id, and
 * nothing else. `--reload` before anything but a pid file is the option for development.
 */
import { readFileSync } from 'node:fs'

const signals: ReadonlyMap<string, NodeJS.Signals> = new Map([
  ['--reload', 'SIGHUP'],
  // TERM reloads under `compat = 2.0`.
  ['--stop', 'SIGINT'],
  ['--pause', 'SIGTSTP'],
  ['--suspend', 'SIGTSTP'],
  ['--resume', 'SIGTSTP'],
])

/** Sends the signal if that is what the command line says; returns what went wrong, '' for nothing, undefined if it is another command line. */
export function signalInstance(argv: readonly string[]): string | undefined {
  const [name = '', file, ...more] = argv.length === 1 ? (argv[0] ?? '').split(/=(.*)/s, 2) : argv
  const signal = signals.get(name)
  if (signal === undefined || file === undefined || more.length > 0) return undefined
  const text = readProcessId(file)
  if (typeof text === 'string' && /^[1-9]\d*$/.test(text)) return send(Number(text), signal, file)
  if (name === '--reload' && !file.endsWith('.pid')) return undefined
  return typeof text === 'string'
    ? `\`${name}\`: expected a process id in ${file}, got \`${text.slice(0, 20)}\``
    : `\`${name}\`: cannot read the pid file ${file}: ${text.message}`
}

function readProcessId(file: string): string | Error {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function send(pid: number, signal: NodeJS.Signals, file: string): string {
  try {
    process.kill(pid, signal)
    return ''
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ESRCH') return `there is no process ${pid}, which ${file} names`
    return `the process ${pid}, which ${file} names, cannot be sent ${signal}: ${code ?? String(error)}`
  }
}
