import type { SessionStore, StoredSession } from './session-store.ts'

/** Options of `memoryStore`. */
export interface MemoryStoreOptions {
  /** Sessions kept; above, the one written longest ago goes. Default 10000: some megabytes, and no leak. */
  readonly maximum?: number
}

/** Sessions in this process: for development, tests, and applications of one worker. */
export function memoryStore(options: MemoryStoreOptions = {}): SessionStore {
  const { maximum = 10_000 } = options
  const sessions = new Map<string, StoredSession>()
  return {
    read(id) {
      const session = sessions.get(id)
      if (session === undefined || session.expires > Date.now()) return session
      sessions.delete(id)
      return undefined
    },
    write(id, session) {
      sessions.delete(id)
      sessions.set(id, session)
      const [oldest] = sessions.keys()
      if (sessions.size > maximum && oldest !== undefined) sessions.delete(oldest)
    },
    delete(id) {
      sessions.delete(id)
    },
  }
}
