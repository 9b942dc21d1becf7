/**
 * Which server a Host names, as nginx chooses: the exact name, the longest `*.wild`, the longest `wild.*`, the first
 * regular expression in order of the configuration, and else the default server of the address.
 */
import type { GroupBinding } from './captures.ts'
import type { Pattern } from './pattern.ts'

/** A `server_name`: exactly one of the forms. */
export type ServerName =
  | { readonly kind: 'exact'; readonly text: string }
  | {
      readonly kind: 'leading'
      readonly text: string
      readonly bare: boolean /* `.example.com` is also the name itself */
    }
  | { readonly kind: 'trailing'; readonly text: string }
  | { readonly kind: 'regex'; readonly pattern: Pattern; readonly bind: readonly GroupBinding[] }

/** A `server_name` that is a regular expression. */
export type RegexName = Extract<ServerName, { kind: 'regex' }>

/** Names of the servers of one address. */
export class ServerNames<Server> {
  readonly #exact = new Map<string, Server>()
  readonly #leading = new Map<string, Server>()
  readonly #trailing = new Map<string, Server>()
  readonly #regexes: { readonly name: RegexName; readonly server: Server }[] = []
  readonly fallback: Server

  constructor(fallback: Server) {
    this.fallback = fallback
  }

  /** Some names are regular expressions. */
  get hasRegexes(): boolean {
    return this.#regexes.length > 0
  }

  /** Adds a name; false when another server already has it. */
  add(name: ServerName, server: Server): boolean {
    switch (name.kind) {
      case 'exact':
        return place(this.#exact, name.text, server)
      case 'leading': {
        const fresh = place(this.#leading, name.text, server)
        return name.bare ? place(this.#exact, name.text, server) && fresh : fresh
      }
      case 'trailing':
        return place(this.#trailing, name.text, server)
      default:
        this.#regexes.push({ name, server })
        return true
    }
  }

  /** The server for a lower-case host; `matched` hears which captures a regular expression made. */
  find(host: string, matched?: (captures: RegExpExecArray, name: RegexName) => void): Server {
    const exact = this.#exact.get(host)
    if (exact !== undefined) return exact
    if (this.#leading.size > 0) {
      for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
        const server = this.#leading.get(host.slice(dot + 1))
        if (server !== undefined) return server
      }
    }
    if (this.#trailing.size > 0) {
      for (let dot = host.lastIndexOf('.'); dot > 0; dot = host.lastIndexOf('.', dot - 1)) {
        const server = this.#trailing.get(host.slice(0, dot))
        if (server !== undefined) return server
      }
    }
    for (const { name, server } of this.#regexes) {
      const captures = name.pattern.regex.exec(host)
      if (captures === null) continue
      matched?.(captures, name)
      return server
    }
    return this.fallback
  }
}

function place<Server>(map: Map<string, Server>, key: string, server: Server): boolean {
  const other = map.get(key)
  if (other === undefined) map.set(key, server)
  return other === undefined || other === server
}

/** Parses a name that is no regular expression; throws a SyntaxError when it is malformed. */
export function parseServerName(text: string): Exclude<ServerName, { kind: 'regex' }> {
  const name = text.toLowerCase()
  const wrong = (): SyntaxError =>
    new SyntaxError(`invalid server name or wildcard "${text}" on "server_name" directive`)
  if (name.includes('*', 1) && !/^[^*]+\.\*$/.test(name)) throw wrong()
  if (name.startsWith('*.')) return { kind: 'leading', text: name.slice(2), bare: false }
  if (name.startsWith('*') || name === '.') throw wrong()
  if (name.startsWith('.')) return { kind: 'leading', text: name.slice(1), bare: true }
  if (name.endsWith('.*')) return { kind: 'trailing', text: name.slice(0, -2) }
  return { kind: 'exact', text: name }
}
