import { fileURLToPath } from 'node:url'
import type { Address, Child, ChildOptions } from '@trivet/testing'
import { spawnContainer } from './container-process.ts'

/** Tiny applications in Python. */
export const pythonFixtures: string = fileURLToPath(new URL('fixtures/python', import.meta.url))

/** Starts the command with an application in Python over HTTP, and waits until it serves. */
export async function startPython(
  args: readonly string[],
  options: ChildOptions = {},
): Promise<{ child: Child; address: Address & { port: number }; url: string }> {
  const all = ['--http', '127.0.0.1:0', '--worker-reload-mercy', '5', ...args]
  const child = await spawnContainer(all, { cwd: pythonFixtures, ...options })
  try {
    const output = await child.until(/serving http on 127\.0\.0\.1:\d+\n/)
    const port = Number(/serving http on 127\.0\.0\.1:(\d+)/.exec(output)?.[1])
    return { child, address: { host: '127.0.0.1', port }, url: `http://127.0.0.1:${port}` }
  } catch (error) {
    await child[Symbol.asyncDispose]()
    throw error
  }
}
