/**
 * A program under test: started in a process group of its own, its output kept, its end checked. `stop()` is where
 * tests find out that a worker, a socket or a file was left behind.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { type Address, formatAddress } from './address.ts'
import { accepts, eventually, exists } from './eventually.ts'
import { inUse } from './in-use.ts'
import { groupMembers, signalGroup } from './process-group.ts'
import { type Pattern, endOf } from './raw-client.ts'

/** How to start a program; `env` is added to ours, undefined takes a name away. */
export interface ChildOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly input?: string
}

/** How a program ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What must be gone once the program has stopped. */
export interface Traces {
  readonly sockets?: readonly Address[]
  readonly files?: readonly string[]
}

/** Milliseconds between a program's end and the end of its output. */
const grace = 500

export class Child implements AsyncDisposable {
  readonly process: ChildProcess
  readonly pid: number
  /** Settles when the program has ended and its output is complete. */
  readonly exited: Promise<Exit>
  readonly #name: string
  readonly #wakers = new Set<() => void>()
  #output = ''
  #exit: Exit | undefined

  /** Starts `command`; rejects when there is no such program. */
  static async start(command: string, args: readonly string[], options: ChildOptions = {}): Promise<Child> {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      // Node's pipes are sockets, and uWSGI takes a socket on descriptor 0 for one that it inherited to serve.
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: true,
    })
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    child.stdin?.on('error', () => {}) // a program may end without reading its input
    child.stdin?.end(options.input)
    return new Child(child, [command, ...args].join(' '))
  }

  private constructor(child: ChildProcess, name: string) {
    if (child.pid === undefined) throw new Error(`${name} has no pid`)
    this.process = child
    this.pid = child.pid
    this.#name = name
    inUse.groups.add(this.pid)
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
        this.#wake()
      })
    }
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        const settle = (): void => {
          clearTimeout(timer)
          this.#exit ??= { code, signal }
          this.#wake()
          resolve(this.#exit)
        }
        // 'close' comes when the output is complete; a grandchild that holds the pipe must not keep us from finding it.
        const timer = setTimeout(settle, grace)
        child.once('close', settle)
      })
    })
  }

  /** Standard output and standard error, in the order they came. */
  get output(): string {
    return this.#output
  }

  /** How it ended; undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit
  }

  /** Waits until `pattern` stands in the output from `from` on; returns the output up to its end. */
  async until(pattern: Pattern, timeout = 30_000, from = 0): Promise<string> {
    const find = (): string | undefined => {
      const end = endOf(this.#output.slice(from), pattern)
      return end === undefined ? undefined : this.#output.slice(0, from + end)
    }
    const settled = (): boolean => find() !== undefined || this.#exit !== undefined
    if (!settled()) await this.#settles(settled, `${pattern} from`, timeout)
    const found = find()
    if (found === undefined) throw new Error(`${this.#name} ended before ${pattern}${this.#evidence()}`)
    return found
  }

  /** Waits for the end; rejects after `timeout` milliseconds. */
  async untilExit(timeout = 30_000): Promise<Exit> {
    if (this.#exit === undefined) await this.#settles(() => this.#exit !== undefined, 'the end of', timeout)
    return await this.exited
  }

  /** Signals the program itself, not its group. */
  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal)
  }

  /**
   * Stops the program and demands a clean end: exit within `timeout`, no process of its group alive, none of the
   * `traces` left. Whatever was left is removed all the same before the error is thrown.
   */
  async stop(signal: NodeJS.Signals = 'SIGTERM', traces: Traces = {}, timeout = 30_000): Promise<Exit> {
    if (this.#exit === undefined) this.signal(signal)
    try {
      const exit = await this.untilExit(timeout)
      await eventually(() => groupMembers(this.pid).length === 0, { timeout: 2000 }).catch(() => undefined)
      const left = groupMembers(this.pid).map(({ pid, command }) => `process ${pid} (${command})`)
      for (const address of traces.sockets ?? []) {
        if (await accepts(address)) left.push(`listener at ${formatAddress(address)}`)
      }
      for (const file of traces.files ?? []) if (await exists(file)) left.push(`file ${file}`)
      if (left.length > 0) throw new Error(`${this.#name} left behind: ${left.join(', ')}${this.#evidence()}`)
      return exit
    } finally {
      this.kill()
    }
  }

  /** Kills the whole group at once, without questions. */
  kill(): void {
    signalGroup(this.pid, 'SIGKILL')
    inUse.groups.delete(this.pid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill()
    await this.exited
  }

  async #settles(done: () => boolean, what: string, timeout: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const waker = (): void => {
        if (!done()) return
        clearTimeout(timer)
        this.#wakers.delete(waker)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#wakers.delete(waker)
        reject(new Error(`waited ${timeout} ms in vain for ${what} ${this.#name}${this.#evidence()}`))
      }, timeout)
      this.#wakers.add(waker)
    })
  }

  #wake(): void {
    for (const waker of this.#wakers) waker()
  }

  #evidence(): string {
    const end = this.#exit ? `exit code ${this.#exit.code}, signal ${this.#exit.signal}` : 'still running'
    return `\n${end}; its output:\n${this.#output.slice(-4000)}`
  }
}

/** Runs a program to its end. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: ChildOptions & { readonly timeout?: number } = {},
): Promise<Exit & { readonly output: string }> {
  await using child = await Child.start(command, args, options)
  const exit = await child.untilExit(options.timeout ?? 30_000)
  return { ...exit, output: child.output }
}
