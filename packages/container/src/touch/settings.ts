import { resolve } from 'node:path'
import { ValueError } from '../config/convert.ts'
import { readHook, type Hook } from '../hooks/settings.ts'

/** What a touched file makes the master do. */
export type TouchAction =
  | { readonly kind: 'reload' | 'reload-in-turn' | 'reload-workers' | 'rotate-logs' | 'reopen-logs' | 'reload-mules' }
  | { readonly kind: 'exec'; readonly command: string }
  | { readonly kind: 'hook'; readonly hook: Hook }

/** A watched file. */
export interface TouchSettings {
  /** Absolute. */
  readonly path: string
  readonly action: TouchAction
}

/** The options that take a path alone. */
export const touchOptions = {
  'touch-reload': 'reload',
  'touch-chain-reload': 'reload-in-turn',
  'touch-workers-reload': 'reload-workers',
  'touch-mules-reload': 'reload-mules',
  'touch-logrotate': 'rotate-logs',
  'touch-logreopen': 'reopen-logs',
} as const

/** `touch-exec = FILE COMMAND`. */
export function readTouchExec(text: string, directory: string): TouchSettings {
  const [path, command] = fileAnd(text, 'FILE COMMAND')
  return { path: resolve(directory, path), action: { kind: 'exec', command } }
}

/** `hook-touch = FILE ACTION:ARGUMENT`. */
export function readTouchHook(text: string, directory: string): TouchSettings {
  const [path, hook] = fileAnd(text, 'FILE ACTION:ARGUMENT')
  return { path: resolve(directory, path), action: { kind: 'hook', hook: readHook(hook) } }
}

function fileAnd(text: string, syntax: string): readonly [file: string, rest: string] {
  const match = /^(\S+)\s+(.+)$/s.exec(text)
  if (match === null) throw new ValueError(`expected ${syntax}, got \`${text}\``)
  return [match[1] ?? '', match[2] ?? '']
}
