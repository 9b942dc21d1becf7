/** The sockets the master has bound, from one configuration to the next: those named again stay as they are, new ones
 * are bound before anything else changes, and those no longer named are closed when nobody uses them any more. */
import { bind } from '@trivet/prefork'
import type { BoundListener } from '@trivet/prefork'
import { getSystemErrorMap } from 'node:util'
import { addressText, type ListenSpec } from '../model/listen.ts'

/** Sockets could not be bound; one message per socket, in nginx's words. */
export class BindError extends Error {
  readonly code = 'bind'
  readonly messages: readonly string[]

  constructor(messages: readonly string[]) {
    super(messages.join('\n'))
    this.messages = messages
  }
}

/** The change from one set of sockets to another, not yet decided. */
export interface Change {
  readonly listeners: readonly BoundListener[]
  /** Keeps the new set; closes what is no longer named. */
  commit(): void
  /** Closes what was newly bound. */
  rollback(): void
}

/** All bound sockets, by the text of their address. */
export class Listeners {
  #bound: Map<string, BoundListener>

  /** Starts with sockets that were bound before, by whoever ran before this process. */
  constructor(inherited: readonly BoundListener[] = []) {
    this.#bound = new Map(inherited.map((listener) => [addressText(listener.address), listener]))
  }

  get all(): readonly BoundListener[] {
    return [...this.#bound.values()]
  }

  /** Binds what is new in `specs`. Throws BindError that names every address that could not be bound. */
  async change(specs: readonly ListenSpec[]): Promise<Change> {
    const next = new Map<string, BoundListener>()
    const added: BoundListener[] = []
    const messages: string[] = []
    for (const spec of specs) {
      const name = addressText(spec.address)
      const known = this.#bound.get(name)
      if (known !== undefined) {
        next.set(name, known)
        continue
      }
      try {
        const listener = await bindSpec(spec)
        added.push(listener)
        next.set(name, listener)
      } catch (error) {
        messages.push(`bind() to ${spec.text} failed (${bindFailure(error)})`)
      }
    }
    const rollback = (): void => added.forEach((listener) => listener.close())
    if (messages.length > 0) {
      rollback()
      throw new BindError(messages)
    }
    const old = this.#bound
    const commit = (): void => {
      this.#bound = next
      for (const [text, listener] of old) if (!next.has(text)) listener.close()
    }
    return { listeners: [...next.values()], commit, rollback }
  }

  /** Closes all, and removes the files of unix sockets, unless another master goes on with them. */
  close(unlink: boolean = true): void {
    for (const listener of this.#bound.values()) listener.close({ unlink })
    this.#bound = new Map()
  }
}

function bindSpec(spec: ListenSpec): Promise<BoundListener> {
  const { address, backlog, reusePort, ipv6Only } = spec
  return bind(address, {
    reusePort,
    ...(backlog !== undefined && { backlog }),
    ...(ipv6Only !== undefined && { ipv6Only }),
    // Like nginx: who may connect is decided by the folder.
    ...('path' in address && { mode: 0o666 }),
  })
}

const systemTexts: Readonly<Record<string, string>> = {
  EADDRINUSE: '98: Address already in use',
  EACCES: '13: Permission denied',
  EADDRNOTAVAIL: '99: Cannot assign requested address',
}

function bindFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, errno } = (error.cause ?? error) as NodeJS.ErrnoException
  if (code === 'address-in-use') return systemTexts['EADDRINUSE'] ?? error.message
  const known = code === undefined ? undefined : systemTexts[code]
  if (known !== undefined || errno === undefined) return known ?? error.message
  return `${-errno}: ${getSystemErrorMap().get(errno)?.[1] ?? error.message}`
}
