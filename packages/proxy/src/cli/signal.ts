/** `-s`: sends a signal to the master whose number is in the pid file. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileName } from '../language/load.ts'
import type { Statement } from '../language/statement.ts'
import { systemErrorText } from '../language/system-error.ts'
import type { Layout } from '../process/layout.ts'
import type { SignalName } from './options.ts'

const signals: Readonly<Record<SignalName, NodeJS.Signals>> = {
  stop: 'SIGTERM',
  quit: 'SIGQUIT',
  reopen: 'SIGUSR1',
  reload: 'SIGHUP',
}

/** Sends it; returns what went wrong, in nginx's words, or undefined. Only `pid` of the main level is looked at. */
export function sendSignal(name: SignalName, layout: Layout, statements: readonly Statement[]): string | undefined {
  const named = statements.find((statement) => statement.name === 'pid')?.args[0]?.text
  const file = resolve(layout.prefix, named === undefined ? layout.pid : fileName(named))
  let text: string
  try {
    text = readFileSync(file, 'utf8').trim()
  } catch (error) {
    return `[error] open() "${file}" failed (${systemErrorText(error as NodeJS.ErrnoException)})`
  }
  if (!/^[1-9]\d*$/.test(text)) return `[error] invalid PID number "${text}" in "${file}"`
  const signal = signals[name]
  try {
    process.kill(Number(text), signal)
    return undefined
  } catch (error) {
    return `[alert] kill(${text}, ${signal}) failed (${systemErrorText(error as NodeJS.ErrnoException)})`
  }
}
