/**
 * What a program has in use of this package, so that one that is stopped on its way leaves nothing behind: its children
 * lead groups of their own, which Ctrl-C does not reach.
 */
import { rmSync } from 'node:fs'
import { constants } from 'node:os'
import { groupMembers, signalGroup } from './process-group.ts'

/** Process groups, by the pid of who leads them, and temporary folders. */
export const inUse: { readonly groups: Set<number>; readonly folders: Set<string> } = {
  groups: new Set(),
  folders: new Set(),
}

/** Milliseconds for the children to end of their own accord. */
const patience = 5000

/** Ctrl-C and TERM end the children first, then remove the folders, then end this process as the signal would have. */
export function leaveNothingBehind(): void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, () => leave(constants.signals[signal]))
}

function leave(signal: number): void {
  for (const group of inUse.groups) signalGroup(group, 'SIGTERM')
  const deadline = performance.now() + patience
  const timer = setInterval(() => {
    const living = [...inUse.groups].filter((group) => groupMembers(group).length > 0)
    if (living.length > 0 && performance.now() < deadline) return
    clearInterval(timer)
    for (const group of living) signalGroup(group, 'SIGKILL')
    for (const folder of inUse.folders) rmSync(folder, { recursive: true, force: true })
    process.exit(128 + signal)
  }, 20)
}
