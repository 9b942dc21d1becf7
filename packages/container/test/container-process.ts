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

/** A container whose first HTTP front is at `address`. */
export interface Serving {
  readonly child: Child
  readonly address: Address & { port: number }
  readonly url: string
}

/** Starts the command and waits until it serves; returns where its first HTTP front is. */
export async function startServing(args: readonly string[], options: ChildOptions = {}): Promise<Serving> {
  return await untilServing(
    await spawnContainer(['--module', 'app.ts', '--http-socket', '127.0.0.1:0', ...args], options),
  )
}

/** Waits until a container serves HTTP; ends it when it does not. */
export async function untilServing(child: Child): Promise<Serving> {
  try {
    const output = await child.until(/serving http on 127\.0\.0\.1:\d+\n/)
    const port = Number(/serving http on 127\.0\.0\.1:(\d+)/.exec(output)?.[1])
    return { child, address: { host: '127.0.0.1', port }, url: `http://127.0.0.1:${port}` }
  } catch (error) {
    await child[Symbol.asyncDispose]()
    throw error
  }
}
