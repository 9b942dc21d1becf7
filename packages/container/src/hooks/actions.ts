/**
 * What hooks can do: uWSGI's actions (core/hooks.c) that make sense for a master that stays what it is. `chdir` and
 * `putenv` change what later hooks and the workers see, not the process itself.
 */
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findGroup, findUser } from '../config/accounts.ts'
import { readAddress, readMode } from '../config/convert.ts'
import { describeExit, Program, type ProgramScope } from '../programs/program.ts'

/** What actions read and change. */
export interface HookScope {
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** Absolute. */
  directory: string
  readonly environment: Record<string, string>
  /** Aborted when it is to end early, with the reason. */
  readonly signal: AbortSignal
  print(line: string): void
}

/** One thing that can be done. */
export interface Action {
  /** What the argument must look like. */
  readonly argument: RegExp
  readonly syntax: string
  /** Throws, or rejects, when it cannot be done. */
  run(argument: string, scope: HookScope): void | Promise<void>
}

/** uWSGI's `wait-for-fs-timeout`: seconds. */
const patience = 60_000
const lookInterval = 100

/** Milliseconds that a command gets to end when it is interrupted. */
const mercy = 1000

const some = /^.+$/s
const two = /^\S+ .+$/s

/** `path text` in its parts, the path absolute. */
function pathAnd(argument: string, scope: HookScope): readonly [path: string, rest: string] {
  const space = argument.indexOf(' ')
  return [resolve(scope.directory, argument.slice(0, space)), argument.slice(space + 1)]
}

async function execute(command: string, scope: HookScope): Promise<void> {
  const place: ProgramScope = scope
  const program = new Program(command, place, { onLine: (line) => scope.print(line) })
  const end = (): void => void program.stop('SIGTERM', mercy)
  scope.signal.addEventListener('abort', end)
  const exit = await program.ended
  scope.signal.removeEventListener('abort', end)
  scope.signal.throwIfAborted()
  if (exit.code !== 0) throw new Error(`command "${command}" ${describeExit(exit)}`)
}

async function waitUntil(what: string, { signal }: HookScope, probe: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + patience
  while (!(await probe())) {
    signal.throwIfAborted()
    if (performance.now() > end) throw new Error(`waited ${patience / 1000} seconds in vain for ${what}`)
    await delay(lookInterval)
  }
}

function waitFor(kind: 'file' | 'folder' | 'anything'): Action {
  return {
    argument: some,
    syntax: 'a path',
    run: async (argument, scope) => {
      const path = resolve(scope.directory, argument)
      await waitUntil(path, scope, () => {
        const stat = statSync(path, { throwIfNoEntry: false })
        return stat !== undefined && (kind === 'anything' || (kind === 'file' ? stat.isFile() : stat.isDirectory()))
      })
    },
  }
}

async function accepts(address: ReturnType<typeof readAddress>): Promise<boolean> {
  return await new Promise((settle) => {
    const socket = connect('path' in address ? { path: address.path } : { host: address.host, port: address.port })
    socket.once('connect', () => settle(true)).once('error', () => settle(false))
    socket.once('connect', () => socket.destroy())
  })
}

const exec: Action = { argument: some, syntax: 'a command', run: execute }
const changeFolder: Action = {
  argument: some,
  syntax: 'a folder',
  run: (argument, scope) => {
    const path = resolve(scope.directory, argument)
    if (!statSync(path).isDirectory()) throw new Error(`${path} is no folder`)
    scope.directory = path
  },
}
const print: Action = { argument: /^/, syntax: 'a text', run: (argument, scope) => scope.print(argument) }
const create: Action = {
  argument: some,
  syntax: 'a path',
  run: (argument, scope) => closeSync(openSync(resolve(scope.directory, argument), 'w')),
}

function writing(put: (path: string, text: string) => void, end: string): Action {
  return {
    argument: two,
    syntax: 'PATH TEXT',
    run: (argument, scope) => {
      const [path, text] = pathAnd(argument, scope)
      put(path, text + end)
    },
  }
}

/** By name. */
export const actions: Readonly<Record<string, Action>> = {
  exec,
  safeexec: {
    argument: some,
    syntax: 'a command',
    run: async (argument, scope) =>
      await execute(argument, scope).catch((error: unknown) =>
        scope.print(error instanceof Error ? error.message : String(error)),
      ),
  },
  cd: changeFolder,
  chdir: changeFolder,
  mkdir: {
    argument: some,
    syntax: 'a path',
    run: (argument, scope) => void mkdirSync(resolve(scope.directory, argument), { recursive: true }),
  },
  putenv: {
    argument: /^[^=]+=/,
    syntax: 'NAME=VALUE',
    run: (argument, scope) => {
      const equals = argument.indexOf('=')
      scope.environment[argument.slice(0, equals)] = argument.slice(equals + 1)
    },
  },
  chmod: {
    argument: /^\S+ 0?[0-7]{3}$/,
    syntax: 'PATH MODE',
    run: (argument, scope) => {
      const [path, mode] = pathAnd(argument, scope)
      chmodSync(path, readMode(mode))
    },
  },
  chown: {
    argument: /^\S+ \S+ \S+$/,
    syntax: 'PATH USER GROUP',
    run: (argument, scope) => {
      const [path, owner] = pathAnd(argument, scope)
      const [user = '', group = ''] = owner.split(' ')
      chownSync(path, findUser(user).uid, findGroup(group))
    },
  },
  sticky: {
    argument: some,
    syntax: 'a path',
    run: (argument, scope) => {
      const path = resolve(scope.directory, argument)
      chmodSync(path, (statSync(path).mode & 0o7777) | 0o1000)
    },
  },
  create,
  creat: create,
  touch: {
    argument: some,
    syntax: 'a path',
    run: (argument, scope) => {
      const path = resolve(scope.directory, argument)
      closeSync(openSync(path, 'a'))
      utimesSync(path, new Date(), new Date())
    },
  },
  write: writing(writeFileSync, ''),
  writen: writing(writeFileSync, '\n'),
  append: writing(appendFileSync, ''),
  appendn: writing(appendFileSync, '\n'),
  unlink: { argument: some, syntax: 'a path', run: (argument, scope) => rmSync(resolve(scope.directory, argument)) },
  wait_for_fs: waitFor('anything'),
  wait_for_file: waitFor('file'),
  wait_for_dir: waitFor('folder'),
  wait_for_socket: {
    argument: some,
    syntax: 'an address',
    run: async (argument, scope) => {
      const address = readAddress(argument, (path) => resolve(scope.directory, path))
      await waitUntil(argument, scope, async () => await accepts(address))
    },
  },
  print,
  log: print,
}
