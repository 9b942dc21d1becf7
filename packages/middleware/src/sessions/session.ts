import { randomBytes } from 'node:crypto'
import { MiddlewareError } from '../middleware-error.ts'

/** One client's data between its requests; what `tsgi.session` is. Values are kept as JSON. */
export interface Session<Data extends object = Record<string, unknown>> {
  readonly id: string
  /** No earlier request has stored anything. */
  readonly isNew: boolean
  /** A value as it was set; what is changed inside it is kept only when it is set again. */
  get<Key extends keyof Data>(key: Key): Data[Key] | undefined
  /** Throws `session-sealed` once the head of the response has left: the cookie went with it. So do all below. */
  set<Key extends keyof Data>(key: Key, value: Data[Key]): void
  delete(key: keyof Data): void
  /** Gives the session a new id; call it when somebody logs in, against fixation. */
  regenerate(): void
  /** Forgets everything, in the store and in the browser. */
  destroy(): void
}

/** A session during one request: what it was, and what has to be done about it. */
export class LiveSession<Data extends object> implements Session<Data> {
  /** `isNew`, looked at without consulting. */
  readonly fresh: boolean
  /** The application has looked: its response depends on the cookie. */
  consulted = false
  /** The ids that the store shall forget. */
  readonly stale: string[] = []
  changed = false
  destroyed = false
  private sealed = false
  private data: Partial<Data>
  private currentId: string

  constructor(stored: { readonly id: string; readonly data: string } | undefined) {
    this.fresh = stored === undefined
    this.currentId = stored?.id ?? newId()
    this.data = stored === undefined ? {} : (JSON.parse(stored.data) as Partial<Data>)
  }

  get id(): string {
    this.consulted = true
    return this.currentId
  }

  get isNew(): boolean {
    this.consulted = true
    return this.fresh
  }

  get<Key extends keyof Data>(key: Key): Data[Key] | undefined {
    this.consulted = true
    return Object.hasOwn(this.data, key) ? this.data[key] : undefined
  }

  set<Key extends keyof Data>(key: Key, value: Data[Key]): void {
    this.change()
    this.data = { ...this.data, [key]: value }
  }

  delete(key: keyof Data): void {
    if (!Object.hasOwn(this.data, key)) return
    this.change()
    delete this.data[key]
  }

  regenerate(): void {
    this.change()
    this.replaceId()
  }

  destroy(): void {
    this.change()
    this.replaceId()
    this.destroyed = true
    this.data = {}
  }

  /** The head leaves; the data as the store shall have it. */
  seal(): string {
    this.sealed = true
    return JSON.stringify(this.data)
  }

  private replaceId(): void {
    if (!this.fresh && this.stale.length === 0) this.stale.push(this.currentId)
    this.currentId = newId()
  }

  private change(): void {
    if (this.sealed) throw new MiddlewareError('session-sealed', 'the session was changed after the response began')
    this.consulted = true
    this.changed = true
    this.destroyed = false
  }
}

function newId(): string {
  return randomBytes(24).toString('base64url')
}
