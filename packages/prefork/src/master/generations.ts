import type { ControlServer } from '../control/control-server.ts'
import { Generation } from './generation.ts'
import type { Settings } from './options.ts'
import { Spares } from './spares.ts'
import type { ZygoteOwner } from './zygote.ts'

/** Every generation whose workers may still live, and the one that new workers belong to. */
export class Generations {
  readonly #control: ControlServer
  readonly #owner: ZygoteOwner
  readonly #spares: Spares
  readonly #all = new Set<Generation>()
  #last = -1
  #current: Generation | undefined

  constructor(control: ControlServer, owner: ZygoteOwner) {
    this.#control = control
    this.#owner = owner
    this.#spares = new Spares(control)
  }

  get current(): Generation | undefined {
    return this.#current
  }

  make(settings: Settings): Generation {
    this.#last += 1
    const generation = new Generation(this.#last, settings, this.#control, this.#spares, this.#owner)
    this.#all.add(generation)
    return generation
  }

  /** New workers belong to this one; no other will get any. */
  advance(generation: Generation): void {
    this.#current = generation
    this.#spares.replenish(generation.settings)
    for (const other of this.#all) if (other !== generation) this.discard(other)
  }

  /** Nobody will be started for it any more. */
  discard(generation: Generation): void {
    const { zygote } = generation
    zygote?.end()
    if (zygote === undefined) this.#all.delete(generation)
    else void zygote.gone.then(() => this.#all.delete(generation))
  }

  /** All workers have gone: resolves when the processes that forked them have, too. */
  async end(): Promise<void> {
    const zygotes = [...this.#all].flatMap(({ zygote }) => zygote ?? [])
    for (const zygote of zygotes) zygote.end(zygote.settings.killTimeout)
    await Promise.all([this.#spares.close(), ...zygotes.map((zygote) => zygote.gone)])
  }
}
