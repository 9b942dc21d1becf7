import { once } from 'node:events'
import { request, type Agent } from 'node:http'
import { join } from 'node:path'
import { bind, Master, type Address, type BoundListener, type MasterOptions } from '@trivet/prefork'

/** One of the tiny scripts in `workers/`. */
export function script(name: string): string {
  return join(import.meta.dirname, 'workers', name)
}

/** The options that run a script of `workers/` under this Node. */
export function running(name: string): Pick<MasterOptions, 'command' | 'args'> {
  return { command: process.execPath, args: ['--conditions=@trivet/source', script(name)] }
}

/** A master over one free port that leaves nothing behind when the block ends. */
export class Herd implements AsyncDisposable {
  readonly master: Master
  readonly listener: BoundListener
  /** Everything its workers wrote, one entry per line: `stream line`. */
  readonly lines: string[] = []

  private constructor(listener: BoundListener, options: Partial<MasterOptions>) {
    this.listener = listener
    this.master = new Master({ listeners: [listener], processes: 1, ...running('serve.ts'), ...options })
    this.master.on('output', (_worker, stream, line) => this.lines.push(`${stream} ${line}`))
  }

  /** Bound, not started. */
  static async bound(
    options: Partial<MasterOptions> = {},
    address: Address = { host: '127.0.0.1', port: 0 },
  ): Promise<Herd> {
    return new Herd(await bind(address), options)
  }

  static async started(options: Partial<MasterOptions> = {}, address?: Address): Promise<Herd> {
    const herd = await Herd.bound(options, address)
    await herd.master.start()
    return herd
  }

  get pids(): (number | undefined)[] {
    return this.master.workers.map(({ pid }) => pid)
  }

  /** What the first worker said with `ready`. */
  get info(): unknown {
    return this.master.workers[0]?.info
  }

  async next(event: 'spawn' | 'ready' | 'exit' | 'failed' | 'message'): Promise<unknown[]> {
    return await once(this.master, event)
  }

  /** One request; rejects on anything but a whole answer. */
  async get(agent?: Agent): Promise<{ pid: number; slot: number; generation: number; payload: unknown }> {
    return JSON.parse(await get(this.listener.address, agent)) as never
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.master.stop({ graceful: false })
    this.listener.close()
  }
}

/** The body of `GET /`, on a connection of its own unless an agent says otherwise. */
export function get(address: Address, agent?: Agent): Promise<string> {
  const where = 'path' in address ? { socketPath: address.path } : address
  return new Promise((resolve, reject) => {
    const call = request({ ...where, agent: agent ?? false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
      response.on('end', () => resolve(body)).on('error', reject)
    })
    call.on('error', reject).end()
  })
}

/** Whether a process still runs. */
export function alive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}
