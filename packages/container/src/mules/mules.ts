/** The mules of a container: each is a master of its own with one worker and no socket, so that it is kept alive, drained and replaced like any other. */
import { Master, type MasterOptions } from '@trivet/prefork'
import { nodeArguments, compileCache } from '../runtimes/node-program.ts'
import type { MulePayload } from './payload.ts'

/** A mule in JavaScript: its script, absolute, or undefined for one that only waits for messages. */
export type MuleScript = string | undefined

/** What mules run in, and who is told. */
export interface MuleOwner {
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** Absolute. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  readonly execArgv: readonly string[]
  /** Milliseconds that a mule gets to end. */
  readonly mercy: number
  title(number: number): string
  event(message: string): void
  /** A line that a mule printed; `index` counts from 0. */
  line(index: number, text: string): void
  started(index: number, pid: number | undefined): void
}

export class Mules {
  readonly #masters: readonly Master[]
  #owner: MuleOwner

  constructor(scripts: readonly MuleScript[], owner: MuleOwner) {
    this.#owner = owner
    this.#masters = scripts.map((script, index) => this.#create(script, index))
  }

  /** Starts them; rejects with the WorkerFailed of one whose process does not come up, none left running. */
  async start(): Promise<void> {
    try {
      await Promise.all(this.#masters.map((master) => master.start()))
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  get count(): number {
    return this.#masters.length
  }

  /** Replaces them, with another owner's surroundings: the new are up before the old are told to end. */
  async reload(scripts: readonly MuleScript[], owner: MuleOwner): Promise<void> {
    this.#owner = owner
    await Promise.all(this.#masters.map((master, index) => master.reload(this.#options(scripts[index], index))))
  }

  /** Sends a message to one mule, counted from 1, or to the first; false when there is no such mule. */
  send(message: Uint8Array, number = 1): boolean {
    const master = this.#masters[number - 1]
    master?.broadcast({ type: 'mule_msg', data: Buffer.from(message).toString('base64') })
    return master !== undefined
  }

  async stop(): Promise<void> {
    await Promise.all(this.#masters.map((master) => master.stop()))
  }

  #create(script: MuleScript, index: number): Master {
    const master = new Master({ ...this.#options(script, index), listeners: [] })
    const name = (pid: number | undefined): string => `mule ${index + 1} (pid: ${pid ?? 'none'})`
    master.on('spawn', ({ pid }) => this.#owner.started(index, pid))
    master.on('ready', ({ pid }) =>
      this.#owner.event(`${name(pid)} is up${script === undefined ? '' : `, running ${script}`}`),
    )
    master.on('output', (_, __, line) => this.#owner.line(index, line))
    master.on('failed', ({ pid }, error) => this.#owner.event(`${name(pid)} ended: ${error.message}`))
    return master
  }

  #options(script: MuleScript, index: number): Omit<MasterOptions, 'listeners'> {
    const { directory, environment, execArgv, mercy, uid, gid } = this.#owner
    const payload: MulePayload = { number: index + 1, script, title: this.#owner.title(index + 1) }
    return {
      processes: 1,
      command: process.execPath,
      args: nodeArguments('mules/main', execArgv),
      env: { ...process.env, ...compileCache(), ...environment },
      cwd: directory,
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
      payload,
      drainTimeout: mercy,
    }
  }
}
