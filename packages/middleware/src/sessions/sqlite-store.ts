/**
 * Sessions in an SQLite file, shared by the workers of one machine: write-ahead logging, so that readers and the writer
 * do not wait for each other, and a busy timeout for two writers. Expired rows go with every hundredth write.
 */
import { DatabaseSync } from 'node:sqlite'
import type { SessionStore } from './session-store.ts'

const schema = `
  PRAGMA busy_timeout = 5000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS sessions (id TEXT PRIMARY KEY, data TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sessions_expires ON sessions (expires);
`

const writesPerSweep = 100

/** Opens, and creates where needed, the database at `file` (`:memory:` for none); close it with `[Symbol.dispose]()`. */
export function sqliteStore(file: string): SessionStore & Disposable {
  const database = new DatabaseSync(file)
  database.exec(schema)
  const select = database.prepare('SELECT data, expires FROM sessions WHERE id = ? AND expires > ?')
  const upsert = database.prepare('INSERT OR REPLACE INTO sessions (id, data, expires) VALUES (?, ?, ?)')
  const remove = database.prepare('DELETE FROM sessions WHERE id = ?')
  const sweep = database.prepare('DELETE FROM sessions WHERE expires <= ?')
  let writes = 0
  return {
    read(id) {
      const row = select.get(id, Date.now())
      return row === undefined ? undefined : { data: String(row['data']), expires: Number(row['expires']) }
    },
    write(id, { data, expires }) {
      upsert.run(id, data, Math.floor(expires))
      writes += 1
      if (writes % writesPerSweep === 0) sweep.run(Date.now())
    },
    delete(id) {
      remove.run(id)
    },
    [Symbol.dispose]: () => database.close(),
  }
}
