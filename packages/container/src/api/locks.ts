import { wholeNumber, type Call, type Caller } from './caller.ts'

interface Lock {
  holder: Caller | undefined
  readonly waiting: { readonly caller: Caller; readonly take: () => void }[]
}

/** The locks that workers share: given in the order in which they were asked for, and let go with the connection of their holder. */
export class Locks {
  readonly #locks: readonly Lock[]
  readonly #followed = new WeakSet<Caller>()

  /** `count`: uWSGI's `locks`, beside lock 0. */
  constructor(count: number) {
    this.#locks = Array.from({ length: count + 1 }, () => ({ holder: undefined, waiting: [] }))
  }

  readonly calls: Readonly<Record<string, Call>> = {
    lock: (caller, [number]) => this.#take(this.#lock(number), caller),
    unlock: (caller, [number]) => {
      const lock = this.#lock(number)
      if (lock.holder === caller) this.#release(lock)
      return null
    },
    is_locked: (_, [number]) => this.#lock(number).holder !== undefined,
  }

  #lock(number: Parameters<Call>[1][number] | undefined): Lock {
    const at = wholeNumber(number ?? 0, 'the number of the lock', 0, this.#locks.length - 1)
    return this.#locks[at] ?? { holder: undefined, waiting: [] }
  }

  async #take(lock: Lock, caller: Caller): Promise<null> {
    // A second lock() of the holder is no deadlock with itself; uWSGI's mutexes are robust, not recursive, and would hang.
    if (lock.holder === caller) return null
    this.#follow(caller)
    if (lock.holder === undefined) lock.holder = caller
    else await new Promise<void>((take) => lock.waiting.push({ caller, take }))
    return null
  }

  /** Whoever goes waits no longer, and holds nothing. */
  #follow(caller: Caller): void {
    if (this.#followed.has(caller)) return
    this.#followed.add(caller)
    caller.onGone(() => {
      for (const lock of this.#locks) {
        const at = lock.waiting.findIndex((one) => one.caller === caller)
        if (at >= 0) lock.waiting.splice(at, 1)
        if (lock.holder === caller) this.#release(lock)
      }
    })
  }

  #release(lock: Lock): void {
    const next = lock.waiting.shift()
    lock.holder = next?.caller
    next?.take()
  }
}
