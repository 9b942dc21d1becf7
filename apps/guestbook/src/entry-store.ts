/**
 * Entries in SQLite. The write-ahead log lets every worker process read while one writes; a writer waits up to
 * `timeout` for another one.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** What a visitor leaves. */
export interface NewEntry {
  readonly name: string
  readonly message: string
  /** A picture's file name in the picture store. */
  readonly picture?: string | undefined
}

/** One line of the book; ids grow with time. */
export interface Entry {
  readonly id: number
  readonly name: string
  readonly message: string
  readonly picture: string | undefined
  readonly createdAt: Date
}

const schema = `
  CREATE TABLE IF NOT EXISTS entry (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    message    TEXT NOT NULL,
    picture    TEXT,
    created_at INTEGER NOT NULL
  ) STRICT`

/** How long a process waits for another one's write, in milliseconds. */
const patience = 10_000

const columns = 'id, name, message, picture, created_at'

export class EntryStore {
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #page: StatementSync
  readonly #since: StatementSync
  readonly #totals: StatementSync

  constructor(file: string) {
    this.#database = new DatabaseSync(file, { timeout: patience })
    useWriteAheadLog(this.#database)
    this.#database.exec('PRAGMA synchronous = NORMAL')
    this.#database.exec(schema)
    this.#insert = this.#database.prepare(
      `INSERT INTO entry (name, message, picture, created_at) VALUES (?, ?, ?, ?) RETURNING ${columns}`,
    )
    this.#page = this.#database.prepare(`SELECT ${columns} FROM entry WHERE id < ? ORDER BY id DESC LIMIT ?`)
    this.#since = this.#database.prepare(`SELECT ${columns} FROM entry WHERE id > ? ORDER BY id LIMIT ?`)
    this.#totals = this.#database.prepare('SELECT count(*) AS count, coalesce(max(id), 0) AS last FROM entry')
  }

  /** Writes an entry; on return it is in the file, for every process to read. */
  add(entry: NewEntry): Entry {
    return toEntry(this.#insert.get(entry.name, entry.message, entry.picture ?? null, Date.now()))
  }

  /** The newest entries before `id`, newest first. */
  before(id: number, limit: number): Entry[] {
    return this.#page.all(id, limit).map(toEntry)
  }

  /** The entries after `id`, oldest first. */
  since(id: number, limit = 100): Entry[] {
    return this.#since.all(id, limit).map(toEntry)
  }

  /** How many entries there are, and the newest one's id (0 when there is none). */
  totals(): { readonly count: number; readonly last: number } {
    const row = this.#totals.get()
    return { count: Number(row?.['count']), last: Number(row?.['last']) }
  }

  close(): void {
    this.#database.close()
  }
}

function toEntry(row: ReturnType<StatementSync['get']>): Entry {
  if (row === undefined) throw new Error('the database returned no row')
  return {
    id: Number(row['id']),
    name: String(row['name']),
    message: String(row['message']),
    picture: row['picture'] === null ? undefined : String(row['picture']),
    createdAt: new Date(Number(row['created_at'])),
  }
}

/**
 * Switches to the write-ahead log. SQLite's own waiting does not cover this switch: two processes that open a new
 * database at the same moment would both be readers that want to write, and one is refused at once.
 */
function useWriteAheadLog(database: DatabaseSync): void {
  const deadline = Date.now() + patience
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      const busy = (error as { readonly errcode?: number }).errcode === sqliteBusy
      if (!busy || Date.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

/** SQLITE_BUSY of SQLite's result codes. */
const sqliteBusy = 5
