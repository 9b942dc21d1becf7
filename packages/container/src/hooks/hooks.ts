import { actions, type HookScope } from './actions.ts'
import type { HookPhase } from './phases.ts'
import type { Hook, HookSettings } from './settings.ts'

/** Phases before uWSGI drops its privileges; the others run as the workers' user. */
const privileged: ReadonlySet<HookPhase | 'touch'> = new Set(['asap', 'pre-jail', 'post-jail', 'in-jail', 'as-root'])

/** Where hooks run, and who is told. */
export interface HookOwner {
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** Absolute. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
  event(message: string): void
  /** A line that a hook printed. */
  line(text: string): void
}

/** A hook that failed; the message names it. */
export class HookFailed extends Error {
  override readonly name = 'HookFailed'
}

/** Runs the hooks of one master, phase by phase; what `chdir` and `putenv` did lasts. */
export class Hooks {
  readonly #added: Record<string, string> = {}
  #owner: HookOwner
  #directory: string
  #settings: HookSettings
  #interruption = new AbortController()

  constructor(settings: HookSettings, owner: HookOwner) {
    this.#settings = settings
    this.#owner = owner
    this.#directory = owner.directory
  }

  /** What `putenv` added to the environment. */
  get added(): Readonly<Record<string, string>> {
    return this.#added
  }

  /** Ends what runs at present: it fails. Hooks that are asked for later run. */
  interrupt(): void {
    this.#interruption.abort(new Error('interrupted, since the container stops'))
    this.#interruption = new AbortController()
  }

  /** Takes over changed settings. */
  change(settings: HookSettings, owner: HookOwner): void {
    this.#settings = settings
    this.#owner = owner
  }

  /** Runs a phase's hooks one after another; rejects with HookFailed at the first that fails. `more` is added to the environment of commands. */
  async run(phase: HookPhase, more: Readonly<Record<string, string>> = {}): Promise<void> {
    for (const hook of this.#settings[phase]) await this.act(phase, hook, more)
  }

  /** Does one thing; rejects with HookFailed. */
  async act(phase: HookPhase | 'touch', hook: Hook, more: Readonly<Record<string, string>> = {}): Promise<void> {
    const { action, argument } = hook
    const what = argument === '' ? action : `${action}:${argument}`
    this.#owner.event(`[hooks] ${phase}: ${what}`)
    const before = { ...this.#owner.environment, ...this.#added, ...more }
    const scope: HookScope = {
      uid: privileged.has(phase) ? undefined : this.#owner.uid,
      gid: privileged.has(phase) ? undefined : this.#owner.gid,
      directory: this.#directory,
      environment: { ...before },
      signal: this.#interruption.signal,
      print: (line) => this.#owner.line(line),
    }
    try {
      await actions[action]?.run(argument, scope)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new HookFailed(`\`hook-${phase}\`: ${what} failed: ${why}`, { cause })
    }
    this.#directory = scope.directory
    for (const [name, value] of Object.entries(scope.environment)) if (before[name] !== value) this.#added[name] = value
  }
}
