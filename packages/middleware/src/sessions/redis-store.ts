/**
 * Sessions in Redis, shared by machines. Redis forgets them itself: each is written with the milliseconds that it has
 * left, so that no clock but Redis's own counts. A value is `<expires> <data>`.
 *
 * While the connection is gone the client reconnects by itself, and what is asked meanwhile waits for it, but no longer
 * than `timeout`: then the request fails, rather than hang with all that follow it.
 */
import { createClient, type RedisClientOptions, TimeoutError } from 'redis'
import { MiddlewareError } from '../middleware-error.ts'
import type { SessionStore } from './session-store.ts'

/** Options of `redisStore`. */
export interface RedisStoreOptions {
  /** Stands before each id; default `session:`. */
  readonly prefix?: string
  /** Milliseconds that a request waits for Redis, connection included; default 1000: people wait no longer. */
  readonly timeout?: number
  /** Takes the connection's errors, the first of each outage; default: a line on standard error. */
  readonly onError?: (error: Error) => void
}

/** Where Redis is: a URL, `redis://host:6379/0` or `rediss://`, or the options of the package `redis`. */
export type RedisTarget = string | RedisClientOptions

/** A store with a connection of its own, opened now; close it with `[Symbol.asyncDispose]()`. */
export function redisStore(target: RedisTarget, options: RedisStoreOptions = {}): SessionStore & AsyncDisposable {
  const { prefix = 'session:', timeout = 1000, onError = printError } = options
  const client = createClient(typeof target === 'string' ? { url: target } : target)
  followConnection(client, onError)
  const inTime = <Value>(answer: Promise<Value>): Promise<Value> => within(timeout, answer)
  // What waits for a connection is not sent any more when nobody waits for it.
  const commands = client.withCommandOptions({ timeout })
  return {
    async read(id) {
      const value = await inTime(commands.get(prefix + id))
      if (value === null) return undefined
      const blank = value.indexOf(' ')
      return { expires: Number(value.slice(0, blank)), data: value.slice(blank + 1) }
    },
    async write(id, { data, expires }) {
      const left = Math.ceil(expires - Date.now())
      if (left > 0)
        await inTime(commands.set(prefix + id, `${expires} ${data}`, { expiration: { type: 'PX', value: left } }))
      else await inTime(commands.del(prefix + id))
    },
    async delete(id) {
      await inTime(commands.del(prefix + id))
    },
    [Symbol.asyncDispose]: () => close(client),
  }
}

type Client = Pick<ReturnType<typeof createClient>, 'connect' | 'close' | 'destroy' | 'isReady' | 'isOpen'> & {
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'ready', listener: () => void): unknown
}

/** Connects, and tells an outage once: the client says so at every attempt. */
function followConnection(client: Client, onError: (error: Error) => void): void {
  let told = false
  const tell = (error: Error): void => {
    if (!told) onError(error)
    told = true
  }
  client.on('error', tell)
  client.on('ready', () => {
    told = false
  })
  client.connect().catch(tell)
}

async function close(client: Client): Promise<void> {
  if (client.isReady) await client.close()
  else if (client.isOpen) client.destroy()
}

function within<Value>(milliseconds: number, answer: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = (): void =>
      reject(new MiddlewareError('store-timeout', `Redis did not answer within ${milliseconds} ms`))
    const timer = setTimeout(late, milliseconds)
    const failed = (error: unknown): void => (error instanceof TimeoutError ? late() : reject(error))
    answer.then(resolve, failed).finally(() => clearTimeout(timer))
  })
}

function printError(error: Error): void {
  console.error(`sessions: no connection to Redis: ${error.message}`)
}
