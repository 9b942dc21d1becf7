/**
 * Names to addresses, as `resolver` has it: asks name servers in turn, for IPv4 and IPv6 at once, follows aliases, and keeps what
 * it learned as long as the records say, or as `valid=` does. Requests that want the same name wait for one answer. Failures
 * are not kept.
 */
import { canonicalAddress } from '../model/network.ts'
import { notFound, resolveFailure, timedOut, type ResolveFailure } from './failure.ts'
import { Inquiry, type NameServer } from './inquiry.ts'
import type { AddressType, DnsAnswer } from './message.ts'

/** What `resolver` says. */
export interface ResolverSettings {
  readonly servers: readonly NameServer[]
  /** Milliseconds that take the place of the records' own; undefined leaves it to them. */
  readonly valid: number | undefined
  readonly ipv4: boolean
  readonly ipv6: boolean
}

/** The addresses of a name; the same object as long as they are kept. */
export interface Resolution {
  readonly addresses: readonly string[]
  /** When they are no longer kept: milliseconds since 1970. */
  readonly expires: number
}

/** Hears the addresses, or why there are none. */
export type Resolved = (result: Resolution | ResolveFailure) => void

/** Names that are remembered; the oldest goes first. A client that makes names up must not fill the memory. */
const rememberedLimit = 10_000
/** Aliases in a row: nginx's. */
const mostAliases = 50

type Known = Resolution | { readonly alias: string; readonly expires: number }

interface Waiter {
  readonly resolved: Resolved
  timer: NodeJS.Timeout | undefined
  aliases: number
  lookup: Lookup | undefined
}

/** True for addresses. */
export function isResolution(result: Resolution | ResolveFailure): result is Resolution {
  return 'addresses' in result
}

/** A `resolver`. */
export class NameResolver {
  readonly #settings: ResolverSettings
  readonly #types: readonly AddressType[]
  readonly #known = new Map<string, Known>()
  readonly #lookups = new Map<string, Lookup>()
  #nextServer = 0

  constructor(settings: ResolverSettings) {
    this.#settings = settings
    this.#types = [...(settings.ipv4 ? (['A'] as const) : []), ...(settings.ipv6 ? (['AAAA'] as const) : [])]
  }

  /** The time that `valid=` sets. */
  get valid(): number | undefined {
    return this.#settings.valid
  }

  /**
   * Finds the addresses of a name within `timeout` milliseconds; `resolved` is called once, at once when they are known.
   * The returned function forgets the wish.
   */
  resolve(name: string, timeout: number, resolved: Resolved): () => void {
    const waiter: Waiter = { resolved, timer: undefined, aliases: 0, lookup: undefined }
    this.#find(name.toLowerCase(), waiter)
    if (waiter.lookup !== undefined)
      waiter.timer = setTimeout(() => this.#settle(waiter, resolveFailure(timedOut)), timeout)
    return () => this.#leave(waiter)
  }

  /** Gives up all questions; who waits hears nothing. */
  close(): void {
    for (const lookup of this.#lookups.values()) {
      for (const waiter of lookup.waiters) clearTimeout(waiter.timer)
      lookup.stop()
    }
    this.#lookups.clear()
  }

  #find(name: string, waiter: Waiter): void {
    const known = this.#known.get(name)
    if (known !== undefined && Date.now() < known.expires) {
      if ('addresses' in known) this.#settle(waiter, known)
      else this.#follow(known.alias, waiter)
      return
    }
    this.#known.delete(name)
    const lookup = this.#lookups.get(name) ?? this.#ask(name)
    if (lookup === undefined) {
      this.#settle(waiter, resolveFailure(notFound))
      return
    }
    lookup.waiters.add(waiter)
    waiter.lookup = lookup
  }

  #follow(alias: string, waiter: Waiter): void {
    if (waiter.aliases++ < mostAliases) this.#find(alias.toLowerCase(), waiter)
    else this.#settle(waiter, resolveFailure(notFound))
  }

  #ask(name: string): Lookup | undefined {
    const { servers } = this.#settings
    const first = this.#nextServer++ % servers.length
    const lookup = new Lookup(name)
    for (const type of this.#types) {
      const inquiry = new Inquiry(servers, first, name, type, (answer) => {
        if (lookup.note(type, answer) === this.#types.length) this.#conclude(lookup)
      })
      if (!inquiry.start()) return undefined
      lookup.inquiries.push(inquiry)
    }
    this.#lookups.set(name, lookup)
    return lookup
  }

  #conclude(lookup: Lookup): void {
    this.#lookups.delete(lookup.name)
    const answers = this.#types.flatMap((type) => lookup.answers.get(type) ?? [])
    const code = answers.find((answer) => answer.code !== 0)?.code
    const addresses = answers.flatMap((answer) => answer.addresses.map(canonicalAddress))
    // As in nginx the question asked last decides: servers that know an alias tell it for every type.
    const alias = answers.at(-1)?.alias
    if (code !== undefined) this.#fail(lookup, code)
    else if (addresses.length > 0) {
      const resolution = { addresses, expires: this.#expiry(answers) }
      this.#remember(lookup.name, resolution)
      for (const waiter of lookup.takeWaiters()) this.#settle(waiter, resolution)
    } else if (alias !== undefined) {
      this.#remember(lookup.name, { alias, expires: this.#expiry(answers) })
      for (const waiter of lookup.takeWaiters()) this.#follow(alias, waiter)
    } else this.#fail(lookup, notFound)
  }

  #fail(lookup: Lookup, code: number): void {
    for (const waiter of lookup.takeWaiters()) this.#settle(waiter, resolveFailure(code))
  }

  #expiry(answers: readonly DnsAnswer[]): number {
    const useful = answers.filter(({ addresses, alias }) => addresses.length > 0 || alias !== undefined)
    return Date.now() + (this.#settings.valid ?? Math.min(...useful.map(({ ttl }) => ttl)) * 1000)
  }

  #remember(name: string, known: Known): void {
    this.#known.set(name, known)
    const [oldest] = this.#known.keys()
    if (this.#known.size > rememberedLimit && oldest !== undefined) this.#known.delete(oldest)
  }

  #settle(waiter: Waiter, result: Resolution | ResolveFailure): void {
    this.#leave(waiter)
    waiter.resolved(result)
  }

  #leave(waiter: Waiter): void {
    clearTimeout(waiter.timer)
    const { lookup } = waiter
    waiter.lookup = undefined
    if (lookup === undefined || !lookup.waiters.delete(waiter) || lookup.waiters.size > 0) return
    lookup.stop()
    this.#lookups.delete(lookup.name)
  }
}

/** A name that is being asked for, and who waits for it. */
class Lookup {
  readonly name: string
  readonly waiters = new Set<Waiter>()
  readonly inquiries: Inquiry[] = []
  readonly answers = new Map<AddressType, DnsAnswer>()

  constructor(name: string) {
    this.name = name
  }

  /** Keeps an answer; how many there are now. */
  note(type: AddressType, answer: DnsAnswer): number {
    return this.answers.set(type, answer).size
  }

  stop(): void {
    for (const inquiry of this.inquiries) inquiry.stop()
  }

  /** They wait for it no longer. */
  takeWaiters(): Waiter[] {
    const all = [...this.waiters]
    this.waiters.clear()
    for (const waiter of all) waiter.lookup = undefined
    return all
  }
}
