import { fileURLToPath } from 'node:url'

/** The path of one of this workspace's own commands. */
export function bin(name: string): string {
  return fileURLToPath(new URL(`../../../node_modules/.bin/${name}`, import.meta.url))
}
