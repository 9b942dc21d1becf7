import { fileURLToPath } from 'node:url'
import { Child, type Address, type ChildOptions } from '@trivet/testing'

/** The command as it is installed. */
export const command: string = fileURLToPath(new URL('../bin/trivet-container.js', import.meta.url))

/** Tiny applications. */
export const fixtures: string = fileURLToPath(new URL('fixtures', import.meta.url))

/** Starts the command without waiting for anything. */
export async function spawnContainer(args: readonly string[], options: ChildOptions = {}): Promise<Child> {
  return await Child.start(process.execPath, [command, ...args], { cwd: fixtures, ...options })
}

/** Starts the command and waits until it serves; returns where its first HTTP front is. */
export async function startServing(
  args: readonly string[],
  options: ChildOptions = {},
): Promise<{ child: Child; address: Address & { port: number }; url: string }> {
  const child = await spawnContainer(['--module', 'app.ts', '--http-socket', '127.0.0.1:0', ...args], options)
  try {
    const output = await child.until(/serving http on 127\.0\.0\.1:\d+\n/)
    const port = Number(/serving http on 127\.0\.0\.1:(\d+)/.exec(output)?.[1])
    return { child, address: { host: '127.0.0.1', port }, url: `http://127.0.0.1:${port}` }
  } catch (error) {
    await child[Symbol.asyncDispose]()
    throw error
  }
}
