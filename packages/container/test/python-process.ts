import { fileURLToPath } from 'node:url'
import type { ChildOptions } from '@trivet/testing'
import { spawnContainer, untilServing, type Serving } from './container-process.ts'

/** Tiny applications in Python. */
export const pythonFixtures: string = fileURLToPath(new URL('fixtures/python', import.meta.url))

/** Starts the command with an application in Python over HTTP, and waits until it serves. */
export async function startPython(args: readonly string[], options: ChildOptions = {}): Promise<Serving> {
  const all = ['--http', '127.0.0.1:0', '--worker-reload-mercy', '5', ...args]
  return await untilServing(await spawnContainer(all, { cwd: pythonFixtures, ...options }))
}
