/**
 * Named pipes through which a master takes commands, one byte each: `echo r > site.fifo`. Only one of several is open;
 * the digits 0 to 9 choose it, so that a new instance can hand commands over to an old one. The FIFO is opened for
 * reading and writing, or each writer's end would end it.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, constants, fchownSync, fstatSync, lstatSync, openSync, rmSync, type Stats } from 'node:fs'
import { Socket } from 'node:net'
import { fifoCommands, type MasterCommands } from './commands.ts'

export class MasterFifo {
  readonly #paths: readonly string[]
  readonly #master: MasterCommands
  readonly #owner: { readonly uid: number | undefined; readonly gid: number | undefined }
  #slot = 0
  #open: { readonly socket: Socket; readonly path: string; readonly stat: Stats } | undefined

  /** Makes and opens the first; throws when it cannot, or when something else than a FIFO is in its place. */
  constructor(
    paths: readonly string[],
    master: MasterCommands,
    owner: { readonly uid: number | undefined; readonly gid: number | undefined } = { uid: undefined, gid: undefined },
  ) {
    this.#paths = paths
    this.#master = master
    this.#owner = owner
    this.#listen()
  }

  /** Closes it and removes the file, unless another master has put its own there. */
  close(): void {
    const { socket, path, stat } = this.#open ?? {}
    this.#open = undefined
    socket?.destroy()
    if (path === undefined) return
    const now = lstatSync(path, { throwIfNoEntry: false })
    if (now !== undefined && now.ino === stat?.ino && now.dev === stat.dev) rmSync(path, { force: true })
  }

  #listen(): void {
    const path = this.#paths[this.#slot] ?? this.#paths[0]
    if (path === undefined) return
    makeFifo(path)
    // Not by a link that whoever owns the folder may have put there meanwhile.
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    const { uid, gid } = this.#owner
    try {
      const stat = fstatSync(fd)
      if (!stat.isFIFO()) throw new Error(`${path} is no FIFO any more`)
      if (uid !== undefined || gid !== undefined) fchownSync(fd, uid ?? -1, gid ?? -1)
      const socket = new Socket({ fd, readable: true, writable: false })
      this.#open = { socket, path, stat }
      socket.setEncoding('latin1')
      socket.on('data', (bytes) => this.#take(String(bytes), socket))
      socket.on('error', (error) => this.#broken(error, socket))
      socket.unref()
    } catch (error) {
      closeSync(fd)
      throw error
    }
  }

  #take(bytes: string, from: Socket): void {
    for (const letter of bytes) {
      if (/\s/.test(letter)) continue
      if (this.#open?.socket !== from) return
      const command = fifoCommands[letter]
      if (/\d/.test(letter)) this.#choose(Number(letter))
      else if (command !== undefined) command(this.#master)
      else this.#master.event(`[fifo] unknown command ${JSON.stringify(letter)}`)
    }
  }

  #choose(slot: number): void {
    const { path: old } = this.#open ?? {}
    this.#slot = slot < this.#paths.length ? slot : 0
    const next = this.#paths[this.#slot]
    if (next !== undefined && next !== old) {
      this.close()
      this.#reopen()
    }
    this.#master.event(`[fifo] the active master FIFO is ${next}`)
  }

  #broken(error: Error, socket: Socket): void {
    if (this.#open?.socket !== socket) return
    this.#master.event(`[fifo] ${this.#open.path} broke (${error.message}): it is made anew`)
    this.close()
    this.#reopen()
  }

  #reopen(): void {
    try {
      this.#listen()
    } catch (error) {
      this.#master.event(`[fifo] no commands any more: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

/** Removes a FIFO that an earlier master left; anything else in its place is somebody's, and stays. */
function makeFifo(path: string): void {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there !== undefined && !there.isFIFO()) throw new Error(`${path} is there already and is no FIFO`)
  rmSync(path, { force: true })
  // Node cannot make one. The mode is set as it is made, so that there is no moment in which others may write.
  try {
    execFileSync('mkfifo', ['-m', '600', '--', path], { stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (cause) {
    const said = (cause as { stderr?: Buffer }).stderr?.toString().trim()
    throw new Error(said === undefined || said === '' ? `mkfifo: ${String(cause)}` : said, { cause })
  }
}
