/** Applications in Python behind our proxy and container. */
import { fileURLToPath } from 'node:url'
import { peer, type PeerName } from '@trivet/testing'
import { type Stack, type StackOptions, startStack } from './stack.ts'

/** The path of something in `apps/`. */
export const sample = (name: string): string => fileURLToPath(new URL(`../apps/${name}`, import.meta.url))

/** The path of an application among the fixtures. */
export const pythonFixture = (name: string): string =>
  fileURLToPath(new URL(`fixtures/python/${name}`, import.meta.url))

/** Boots the stack with the interpreter that has the peer's package. */
export async function startPythonStack(name: PeerName, options: StackOptions): Promise<Stack> {
  return await startStack({
    ...options,
    container: ['--python', peer(name), '--worker-reload-mercy', '5', ...(options.container ?? [])],
    env: { PYTHONDONTWRITEBYTECODE: '1', ...options.env },
  })
}
