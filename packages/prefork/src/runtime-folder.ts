import {
  accessSync,
  chmodSync,
  constants,
  lchownSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
} from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

// The folder of a master's own sockets and of the scoreboard. It belongs to the master's user, also where the workers run
// as another: they may pass through it and own the files that they need, but could they replace one, by a link say, the
// master would be made to change somebody else's file, with root's rights.
//
// A master that ends removes its folder; one that was killed with -9 cannot: its workers do it, where they may, and else
// the next master of this user. Whether a master is gone is asked of the sockets, not of the process table alone: a number
// may be taken again, or stand in another container's table.

/** Unix socket paths hold 104 to 108 bytes; a longer TMPDIR is passed over. */
const maxBase = 80

const namePattern = /^trivet-(\d+)-\w+$/

/** Milliseconds for which an orphan asks again: the kernel may close a dead master's connections before its socket. */
const patience = 1000

/** What the folder of a control socket holds. */
const controlFiles = ['control', 'scoreboard']

/** Who workers run as, where it is not the master's user. */
export interface Identity {
  readonly uid: number | undefined
  readonly gid: number | undefined
}

/** A folder of this process's own, removed with it. */
export class RuntimeFolder {
  readonly path: string

  private constructor(path: string) {
    this.path = path
    if (living.size === 0) process.on('exit', removeAll) // a master that ends by an exception
    living.add(this)
  }

  /** Makes one of mode 0700, in memory where there is such a place, and removes what dead masters of this user have left. */
  static async make(): Promise<RuntimeFolder> {
    await sweep(base())
    return new RuntimeFolder(mkdtempSync(join(base(), `trivet-${process.pid}-`)))
  }

  /** The path of a file in it. */
  join(name: string): string {
    return join(this.path, name)
  }

  /** Makes a file in it somebody else's, who may come in from now on; the folder stays the master's. */
  give(name: string, { uid, gid }: Identity): void {
    if (uid === undefined && gid === undefined) return
    lchownSync(this.join(name), uid ?? -1, gid ?? -1)
    chmodSync(this.path, 0o711)
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
    living.delete(this)
    if (living.size === 0) process.off('exit', removeAll)
  }
}

const living = new Set<RuntimeFolder>()

function removeAll(): void {
  for (const folder of living) folder.remove()
}

/** For an orphan: removes its master's socket and folder as soon as nobody answers there; harmless when somebody does. */
export async function removeOrphanedControl(control: string): Promise<void> {
  const until = performance.now() + patience
  let answer = await ask(control)
  while (answer === 'alive' && performance.now() < until) {
    await delay(10)
    answer = await ask(control)
  }
  if (answer === 'dead') removeControl(control)
}

function removeControl(control: string): void {
  try {
    for (const file of controlFiles) rmSync(join(dirname(control), file), { force: true })
    rmdirSync(dirname(control))
  } catch {
    // Somebody else was first, or this user may not: the next master of the folder's user does it.
  }
}

/** Removes the folders of dead masters: their process has gone, and no socket of theirs answers, but one is there. */
async function sweep(place: string): Promise<void> {
  const folders = readdirSync(place)
    .filter((entry) => isDead(Number(namePattern.exec(entry)?.[1] ?? process.pid)))
    .map((entry) => join(place, entry))
    .filter(isOwn)
  await Promise.all(folders.map(removeIfDead))
}

async function removeIfDead(folder: string): Promise<void> {
  const answers = await Promise.all(socketsIn(folder).map(ask))
  if (answers.includes('dead') && !answers.includes('alive')) rmSync(folder, { recursive: true, force: true })
}

/** Sockets alone: whoever asks a plain file is refused too, so that somebody's folder would look like a dead master's. */
function socketsIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isSocket()).map(({ name }) => join(folder, name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [] // another master was first
    throw error
  }
}

/** Whether somebody listens on a path; `unknown` for what is no socket, or not ours. */
function ask(path: string): Promise<'alive' | 'dead' | 'unknown'> {
  return new Promise((resolve) => {
    const probe = net.connect({ path })
    probe.once('connect', () => {
      probe.destroy()
      resolve('alive')
    })
    probe.once('error', ({ code }: NodeJS.ErrnoException) => {
      const full = code === 'EAGAIN'
      resolve(full ? 'alive' : code === 'ECONNREFUSED' ? 'dead' : 'unknown')
    })
  })
}

/** A folder in memory where there is one and nobody asked for another: the scoreboard is written all the time. */
function base(): string {
  if (process.env['TMPDIR'] === undefined && isWritable('/dev/shm')) return '/dev/shm'
  return tmpdir().length > maxBase ? '/tmp' : tmpdir()
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A folder, not a link to one, that this user made: the place is everybody's. */
function isOwn(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat !== undefined && stat.isDirectory() && stat.uid === process.geteuid?.()
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
