/**
 * `stub_status` over all workers. Workers share no memory, so whoever is asked has its master ask the others:
 *
 *     worker -> master   census-wanted           master -> workers   census { round }
 *     workers -> master  census-given { round }  master -> workers   census-done { round, counters }
 *
 * What workers that have left had accepted is kept by the master. A worker that does not answer in time counts as it last
 * did.
 */
import type { Master } from '@trivet/prefork'
import type { WorkerLink } from '@trivet/prefork/worker'
import { addCounters, noCounters, readCounters, type Counters } from '../http/counters.ts'

/** How long a stuck worker is waited for, in milliseconds. */
const patience = 250

interface Round {
  readonly open: Set<number>
  readonly timer: NodeJS.Timeout
}

/** The master's part. */
export class Census {
  #master: Master | undefined
  readonly #latest = new Map<number, Counters>()
  readonly #rounds = new Map<number, Round>()
  #gone: Counters = noCounters
  #lastRound = 0

  /** Serves the workers of a master, those of a former one being gone. */
  watch(master: Master): void {
    this.#master = master
    master.on('message', (worker, message) => {
      if (message.type === 'census-wanted') this.#begin()
      else if (message.type === 'census-given') this.#given(worker.id, message)
    })
    master.on('exit', (worker) => this.#left(worker.id))
  }

  #begin(): void {
    const round = ++this.#lastRound
    const workers = this.#master?.workers ?? []
    const open = new Set(workers.filter(({ state }) => state !== 'starting').map(({ id }) => id))
    this.#rounds.set(round, { open, timer: setTimeout(() => this.#end(round), patience) })
    this.#master?.broadcast({ type: 'census', round })
  }

  #given(id: number, message: Readonly<Record<string, unknown>>): void {
    this.#latest.set(id, readCounters(message['counters']))
    const round = Number(message['round'])
    const known = this.#rounds.get(round)
    known?.open.delete(id)
    if (known?.open.size === 0) this.#end(round)
  }

  #left(id: number): void {
    const { accepted, requests } = this.#latest.get(id) ?? noCounters
    this.#gone = addCounters(this.#gone, { ...noCounters, accepted, requests })
    this.#latest.delete(id)
    for (const [round, { open }] of this.#rounds) if (open.delete(id) && open.size === 0) this.#end(round)
  }

  #end(round: number): void {
    clearTimeout(this.#rounds.get(round)?.timer)
    this.#rounds.delete(round)
    const counters = [...this.#latest.values()].reduce(addCounters, this.#gone)
    this.#master?.broadcast({ type: 'census-done', round, counters })
  }
}

/** A worker's part: answers, and asks. */
export class CensusMember {
  readonly #link: WorkerLink
  readonly #own: () => Counters
  #waiting: ((counters: Counters) => void)[] = []

  constructor(link: WorkerLink, own: () => Counters) {
    this.#link = link
    this.#own = own
    link.onMessage((message) => {
      if (message.type === 'census') this.give(message['round'])
      else if (message.type === 'census-done') this.#done(readCounters(message['counters']))
    })
  }

  /** Tells the master, also without being asked: the last thing before leaving. */
  give(round: unknown = 0): void {
    this.#link.send({ type: 'census-given', round, counters: this.#own() })
  }

  /** The counters of all workers. */
  ask(): Promise<Counters> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.#waiting.length === 1) this.#link.send({ type: 'census-wanted' })
    })
  }

  #done(counters: Counters): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve(counters)
  }
}
