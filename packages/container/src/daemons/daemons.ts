import { watchTouch } from '../process/touch.ts'
import { Daemon, type DaemonOwner } from './daemon.ts'
import type { DaemonSettings } from './settings.ts'

/** All attached daemons of a master. */
export class Daemons {
  readonly #owner: DaemonOwner
  readonly #patience: number
  #daemons: { readonly daemon: Daemon; readonly unwatch: () => void }[] = []

  /** Starts them. `patience` is what each gets to end, in milliseconds. */
  constructor(settings: readonly DaemonSettings[], owner: DaemonOwner, patience: number) {
    this.#owner = owner
    this.#patience = patience
    this.#daemons = settings.map((one) => this.#attach(one))
  }

  get all(): readonly Daemon[] {
    return this.#daemons.map(({ daemon }) => daemon)
  }

  /** After a reload: what is new is started, what is gone is ended, what stayed is told and goes on. */
  async reload(settings: readonly DaemonSettings[]): Promise<void> {
    const key = (one: DaemonSettings): string => JSON.stringify(one)
    const wanted = new Map(settings.map((one) => [key(one), one]))
    const gone = this.#daemons.filter(({ daemon }) => !wanted.has(key(daemon.settings)))
    this.#daemons = this.#daemons.filter((entry) => !gone.includes(entry))
    for (const { daemon } of this.#daemons) {
      wanted.delete(key(daemon.settings))
      daemon.reloaded()
    }
    await Promise.all(gone.map((entry) => this.#end(entry)))
    for (const one of wanted.values()) this.#daemons.push(this.#attach(one))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#daemons.splice(0).map((entry) => this.#end(entry)))
  }

  #attach(settings: DaemonSettings): { readonly daemon: Daemon; readonly unwatch: () => void } {
    const daemon = new Daemon(settings, this.#owner)
    return { daemon, unwatch: watchTouch(settings.touch, () => daemon.restart()) }
  }

  async #end({ daemon, unwatch }: { readonly daemon: Daemon; readonly unwatch: () => void }): Promise<void> {
    unwatch()
    await daemon.stop(this.#patience)
  }
}
