import { connect } from 'node:net'
import { stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { type Address, formatAddress } from './address.ts'

/** How long to wait, in milliseconds, and what for: the words that end the error message. */
export interface Patience {
  readonly timeout?: number
  readonly what?: string
}

/**
 * Asks `probe` again and again until it answers something truthy. For what the kernel has no event for: another
 * process's socket, its exit, its log. Where there is an event, await the event.
 */
export async function eventually<T>(probe: () => T | Promise<T>, patience: Patience = {}): Promise<NonNullable<T>> {
  const { timeout = 20_000, what = 'the condition' } = patience
  const deadline = Date.now() + timeout
  for (let pause = 2; ; pause = Math.min(pause * 1.5, 50)) {
    const answer = await probe()
    if (answer) return answer
    if (Date.now() > deadline) throw new Error(`waited ${timeout} ms in vain for ${what}`)
    await delay(pause)
  }
}

/** Resolves once something accepts connections at `address`. */
export async function listening(address: Address, patience: Patience = {}): Promise<void> {
  await eventually(async () => await accepts(address), { what: `a listener at ${formatAddress(address)}`, ...patience })
}

/** Whether something accepts connections at `address` now. */
export async function accepts(address: Address): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect('path' in address ? { path: address.path } : { host: address.host, port: address.port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Resolves once `path` exists. */
export async function fileExists(path: string, patience: Patience = {}): Promise<void> {
  await eventually(async () => await exists(path), { what: `the file ${path}`, ...patience })
}

/** Whether `path` exists now. */
export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      throw error
    },
  )
}
