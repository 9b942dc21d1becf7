/**
 * Text that a configuration names: a file, or what a command prints (`exec://command`). Whoever writes the
 * configuration decides which code runs as whom, so a command in it is no new power; but nothing that comes from
 * outside it (an environment variable, the text of an included file) can become one.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'

/** Bytes of one file or output: configurations have kilobytes, a device has no end. */
const maximumBytes = 4 * 1024 * 1024

/** Milliseconds for a command: a start must not hang on it. */
const commandTimeout = 30_000

/** Whether it is a URL of one of uWSGI's schemes, and not a path. */
export function hasScheme(name: string): boolean {
  return /^[a-z]+\d?:\/\//.test(name)
}

/** The text; throws an Error whose message says why there is none. `path` makes a file name absolute. */
export function readSource(name: string, path: (file: string) => string): string {
  if (name.startsWith('exec://')) return commandOutput(name.slice('exec://'.length), path('.'))
  if (hasScheme(name)) throw new Error(`only files and exec:// can be read, not ${name.slice(0, name.indexOf(':'))}://`)
  return readText(path(name))
}

function commandOutput(command: string, cwd: string): string {
  const { stdout, stderr, status, signal, error } = spawnSync('/bin/sh', ['-c', command], {
    cwd,
    timeout: commandTimeout,
    maxBuffer: maximumBytes,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (error !== undefined) throw new Error(`\`${command}\`: ${error.message}`, { cause: error })
  if (status === 0) return stdout.toString('utf8')
  const said = stderr.toString('utf8').trim()
  throw new Error(
    `\`${command}\` ${signal === null ? `ended with code ${status}` : `was killed by ${signal}`}${said === '' ? '' : `: ${said}`}`,
  )
}

/** A pipe has no size, so it is read until it ends. */
function readText(path: string): string {
  const file = openSync(path, 'r')
  try {
    const chunks: Buffer[] = []
    let total = 0
    for (;;) {
      const chunk = Buffer.alloc(65_536)
      const read = readSync(file, chunk, 0, chunk.length, null)
      if (read === 0) return Buffer.concat(chunks).toString('utf8')
      chunks.push(chunk.subarray(0, read))
      total += read
      if (total > maximumBytes) throw new Error(`more than ${maximumBytes} bytes`)
    }
  } finally {
    closeSync(file)
  }
}
