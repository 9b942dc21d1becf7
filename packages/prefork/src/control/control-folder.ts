import { accessSync, constants, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

// The folder of a master's control socket. A master that ends removes its own; one that was killed with -9 cannot: its
// workers do it, and where they were killed with it, the next master of this user. Whether a master is gone is asked of
// the socket, not of the process table: a number may be taken again, or stand in another container's table.

/** Unix socket paths hold 104 to 108 bytes; a longer TMPDIR is passed over. */
const maxFolderPath = 80

const name = /^trivet-(\d+)-\w+$/

/** Milliseconds for which an orphan asks again: the kernel may close a dead master's connections before its socket. */
const patience = 1000

/** What a control folder holds. */
const controlFiles = ['control', 'scoreboard']

/** Makes a folder of mode 0700 for this process and returns the path of the socket to be. */
export function makeControlFolder(): string {
  return join(mkdtempSync(join(base(), `trivet-${process.pid}-`)), 'control')
}

/** Removes what masters that were killed together with their workers have left. */
export async function sweepControlFolders(): Promise<void> {
  const folders = readdirSync(base()).filter((entry) => isDead(Number(name.exec(entry)?.[1] ?? process.pid)))
  await Promise.all(folders.map((folder) => removeIfDead(join(base(), folder, 'control'))))
}

/** For an orphan: removes its master's socket and folder as soon as nobody answers there; harmless when somebody does. */
export async function removeOrphanedControl(control: string): Promise<void> {
  const until = performance.now() + patience
  while (!(await removeIfDead(control)) && performance.now() < until) await delay(10)
}

/** False when somebody listens. */
function removeIfDead(control: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect({ path: control })
    probe.once('connect', () => {
      probe.destroy()
      resolve(false)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') removeFolderOf(control)
      resolve(error.code !== 'EAGAIN')
    })
  })
}

function removeFolderOf(control: string): void {
  try {
    for (const file of controlFiles) rmSync(join(dirname(control), file), { force: true })
    rmdirSync(dirname(control))
  } catch {
    // Somebody else was first, or this user may not; what is left is a private folder without use.
  }
}

/** A folder in memory where there is one and nobody asked for another: the scoreboard is written all the time. */
function base(): string {
  if (process.env['TMPDIR'] === undefined && isWritable('/dev/shm')) return '/dev/shm'
  return tmpdir().length > maxFolderPath ? '/tmp' : tmpdir()
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Saves most probes; a number that is in use is taken for the master's. */
function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
