/**
 * Steady load while something happens: a reload, a killed worker. `connections` requests are in flight at any time,
 * and each has to succeed.
 *
 * A kept-alive connection may be closed by the server just as the next request is sent. Every HTTP client sends such a
 * request again when no byte of an answer has come (RFC 9112 section 9.3.1), so that is counted as retried, not failed.
 */
import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { type Address } from './address.ts'

/** What to ask, how much at once, and what counts as right. */
export interface LoadOptions {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Requests in flight; 8 by default. */
  readonly connections?: number
  /** False opens a connection for each request. */
  readonly keepAlive?: boolean
  /** Milliseconds until an answer is overdue. */
  readonly timeout?: number
  /** Requests still made after the action has ended, to see the new state; 50 by default. */
  readonly after?: number
  /** What is wrong with an answer, or undefined when nothing is; any status but 200 is wrong by default. */
  readonly wrong?: (answer: Answer) => string | undefined
}

/** One answer. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What the load met. */
export interface LoadResult<T> {
  readonly requests: number
  readonly failures: readonly string[]
  readonly retried: number
  /** How many answers had which body, for telling generations and workers apart. */
  readonly bodies: ReadonlyMap<string, number>
  /** What the action returned. */
  readonly value: T
}

/** Keeps asking `address` while `action` runs and a little longer; the action starts after the first answers. */
export async function underLoad<T>(
  address: Address,
  action: () => Promise<T>,
  options: LoadOptions = {},
): Promise<LoadResult<T>> {
  const load = new Load(address, options)
  try {
    const lanes = Promise.all(Array.from({ length: options.connections ?? 8 }, async () => await load.lane()))
    await load.answered(20)
    const value = await action().finally(() => load.finishAfter(options.after ?? 50))
    await lanes
    return { requests: load.requests, failures: load.failures, retried: load.retried, bodies: load.bodies, value }
  } finally {
    load.finishAfter(0)
    load.agent.destroy()
  }
}

class Load {
  requests = 0
  retried = 0
  readonly failures: string[] = []
  readonly bodies = new Map<string, number>()
  readonly agent: Agent
  readonly #options: LoadOptions
  readonly #request: RequestOptions
  #last = Infinity
  #watch: { readonly count: number; readonly reached: () => void } | undefined

  constructor(address: Address, options: LoadOptions) {
    const connections = options.connections ?? 8
    this.agent = new Agent({
      keepAlive: options.keepAlive ?? true,
      maxSockets: connections,
      maxFreeSockets: connections,
    })
    this.#options = options
    this.#request = {
      ...('path' in address ? { socketPath: address.path } : address),
      path: options.path ?? '/',
      method: options.method ?? 'GET',
      headers: { ...options.headers },
      agent: this.agent,
      timeout: options.timeout ?? 10_000,
    }
  }

  async lane(): Promise<void> {
    while (this.requests < this.#last) await this.#once()
  }

  async answered(count: number): Promise<void> {
    if (this.requests < count) await new Promise<void>((reached) => (this.#watch = { count, reached }))
  }

  finishAfter(more: number): void {
    this.#last = Math.min(this.#last, this.requests + more)
  }

  async #once(): Promise<void> {
    const wrong = await this.#attempt().catch((error: unknown) => String(error))
    this.requests += 1
    if (wrong !== undefined) this.failures.push(wrong)
    if (this.#watch && this.requests >= this.#watch.count) this.#watch.reached()
    // A refused connection fails at once: without a pause a dead server would fill memory with failures.
    if (wrong !== undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  async #attempt(): Promise<string | undefined> {
    for (;;) {
      const answer = await this.#ask()
      if (answer === 'retry') {
        this.retried += 1
        continue
      }
      this.bodies.set(answer.body, (this.bodies.get(answer.body) ?? 0) + 1)
      const judge =
        this.#options.wrong ??
        ((given): string | undefined => (given.status === 200 ? undefined : `status ${given.status}: ${given.body}`))
      return judge(answer)
    }
  }

  async #ask(): Promise<Answer | 'retry'> {
    return await new Promise((resolve, reject) => {
      const outgoing = request(this.#request)
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        const died = error.code === 'ECONNRESET' || error.code === 'EPIPE'
        if (died && outgoing.reusedSocket) resolve('retry')
        else reject(error)
      })
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')))
      outgoing.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString()
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
        })
      })
      outgoing.end(this.#options.body)
    })
  }
}
