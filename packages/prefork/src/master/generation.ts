import type { ControlServer } from '../control/control-server.ts'
import type { RecordPlace } from '../scoreboard/scoreboard.ts'
import type { Settings } from './options.ts'
import type { Launch } from './process-handle.ts'
import { backoffPolicy } from './respawn-policy.ts'
import { spawning } from './spawn.ts'
import type { Spares } from './spares.ts'
import { Zygote, type ZygoteOwner } from './zygote.ts'

/** Workers that run with the same settings and, where they can be forked, share one zygote. */
export class Generation {
  readonly number: number
  readonly settings: Settings
  readonly zygote: Zygote | undefined
  readonly #control: ControlServer
  readonly #spares: Spares

  constructor(number: number, settings: Settings, control: ControlServer, spares: Spares, owner: ZygoteOwner) {
    this.number = number
    this.settings = settings
    this.#control = control
    this.#spares = spares
    this.zygote = settings.zygote
      ? new Zygote(settings, number, control, owner, backoffPolicy(settings), spares)
      : undefined
  }

  /** How a worker of it comes into being. */
  launch(slot: number, place: RecordPlace): Launch {
    return (
      this.zygote?.forking(slot, place) ??
      this.#spares.take(this.settings) ??
      spawning(this.settings, slot, this.#control.path, 'worker')
    )
  }
}
