/** What makes a master act by itself: touched files, files and folders that change, sources under development. */
import type { ContainerConfig } from '../config/model.ts'
import type { MasterCommands } from '../fifo/commands.ts'
import type { Hook } from '../hooks/settings.ts'
import { Program, describeExit, type ProgramScope } from '../programs/program.ts'
import type { TouchAction } from '../touch/settings.ts'
import { watchPaths } from '../touch/watch-folder.ts'
import { watchSources } from '../touch/watch-sources.ts'
import { watchTouch } from './touch.ts'

/** Who acts. */
export interface TriggerOwner {
  readonly commands: MasterCommands
  event(message: string): void
  /** A line that a command printed. */
  line(text: string): void
  /** What commands run in. */
  scope(): ProgramScope
  /** Runs a hook, and tells when it fails. */
  act(hook: Hook): void
}

export class Triggers {
  readonly #owner: TriggerOwner
  #unwatch: () => void = () => {}
  /** What of it is watched. */
  #watched = ''
  #sources: { readonly folder: string | undefined; readonly unwatch: () => void } = {
    folder: undefined,
    unwatch: () => {},
  }

  constructor(owner: TriggerOwner) {
    this.#owner = owner
  }

  /**
   * Watches what a configuration names, instead of what was watched before. A touch while a reload goes on must not be
   * lost: files are watched anew only when they are others.
   */
  watch({ reloads, application }: ContainerConfig): void {
    const { touch, watch, sources } = reloads
    this.#watchSources(sources ? application.directory : undefined)
    const watched = JSON.stringify([touch, watch])
    if (watched === this.#watched) return
    this.#watched = watched
    this.#unwatch()
    const actions = Map.groupBy(touch, ({ path }) => path)
    const unwatchTouch = watchTouch([...actions.keys()], (path) => {
      for (const { action } of actions.get(path) ?? []) this.#touched(path, action)
    })
    const unwatchPaths = watchPaths(
      watch,
      (path) => this.#changed(path),
      (path, error) => this.#owner.event(`\`fs-reload\`: ${path} cannot be watched: ${error.message}`),
    )
    this.#unwatch = () => {
      unwatchTouch()
      unwatchPaths()
    }
  }

  stop(): void {
    this.#unwatch()
    this.#sources.unwatch()
  }

  /** A change while a reload goes on must not be lost: the watch stays as long as it is for the same folder. */
  #watchSources(folder: string | undefined): void {
    if (folder === this.#sources.folder) return
    this.#sources.unwatch()
    const unwatch =
      folder === undefined
        ? () => {}
        : watchSources(
            folder,
            (path) => this.#changed(path),
            (path, error) => this.#owner.event(`\`reload\`: ${path} cannot be watched: ${error.message}`),
          )
    this.#sources = { folder, unwatch }
  }

  #changed(path: string): void {
    this.#owner.event(`${path} has changed: reloading`)
    this.#owner.commands.reload()
  }

  #touched(path: string, action: TouchAction): void {
    this.#owner.event(`${path} was touched: ${words[action.kind]}`)
    if (action.kind === 'exec') this.#execute(action.command)
    else if (action.kind === 'hook') this.#owner.act(action.hook)
    else touchCommands[action.kind](this.#owner.commands)
  }

  #execute(command: string): void {
    const program = new Program(command, this.#owner.scope(), { onLine: (text) => this.#owner.line(text) })
    void program.ended.then((exit) => {
      if (exit.code !== 0) this.#owner.event(`"${command}" ${describeExit(exit)}`)
    })
  }
}

type PlainTouch = Exclude<TouchAction['kind'], 'exec' | 'hook'>

const touchCommands: Readonly<Record<PlainTouch, (commands: MasterCommands) => void>> = {
  reload: (commands) => commands.reload(),
  'reload-in-turn': (commands) => commands.reloadInTurn(),
  'reload-workers': (commands) => commands.reloadWorkers(),
  'reload-mules': (commands) => commands.reloadMules(),
  'rotate-logs': (commands) => commands.rotateLogs(),
  'reopen-logs': (commands) => commands.reopenLogs(),
}

const words: Readonly<Record<TouchAction['kind'], string>> = {
  reload: 'reloading',
  'reload-in-turn': 'reloading one worker after the other',
  'reload-workers': 'reloading the workers',
  'reload-mules': 'reloading the mules',
  'rotate-logs': 'rotating the log',
  'reopen-logs': 'reopening the log',
  exec: 'running its command',
  hook: 'running its hook',
}
