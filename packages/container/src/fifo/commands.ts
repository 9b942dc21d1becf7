/** What can be asked of a running master, and the byte of the FIFO that asks for it (core/fifo.c of uWSGI). */

/** A master's commands; each answers for its own failures in the log. */
export interface MasterCommands {
  /** Reads the configuration again and replaces the workers, the new ready before the old leave. */
  reload(): void
  /** The same, one worker after the other. */
  reloadInTurn(): void
  /** Replaces the workers, with the configuration as it is. */
  reloadWorkers(): void
  /** Replaces the mules. */
  reloadMules(): void
  /** Gracefully, or at once. */
  stop(how: { readonly graceful: boolean }): void
  /** So many workers more, or fewer. */
  resize(by: number): void
  /** Requests wait until it is called again. */
  togglePause(): void
  reopenLogs(): void
  rotateLogs(): void
  writePidFiles(): void
  /** Figures to the log. */
  printStatistics(): void
  /** Says something. */
  event(message: string): void
}

type Command = (master: MasterCommands) => void

const absent =
  (what: string): Command =>
  (master) =>
    master.event(`[fifo] ${what}`)

const noEmperor = absent('there is no emperor here: nothing was done')

/** The commands by their byte; `0` to `9` choose among several FIFOs and are answered by the FIFO itself. */
export const fifoCommands: Readonly<Record<string, Command>> = {
  '+': (master) => master.resize(1),
  '-': (master) => master.resize(-1),
  B: noEmperor,
  C: absent('workers leave by themselves with `idle`: nothing was done'),
  c: (master) => master.reloadInTurn(),
  E: noEmperor,
  f: absent('a master is not forked again here: `r` reloads the workers without losing a request'),
  L: (master) => master.rotateLogs(),
  l: (master) => master.reopenLogs(),
  P: (master) => master.writePidFiles(),
  p: (master) => master.togglePause(),
  Q: (master) => master.stop({ graceful: false }),
  q: (master) => master.stop({ graceful: true }),
  // uWSGI's capital letters do the same brutally; no request has to be lost for a reload here.
  R: (master) => master.reload(),
  r: (master) => master.reload(),
  S: absent('there are no subscriptions here: nothing was done'),
  s: (master) => master.printStatistics(),
  W: (master) => master.reloadWorkers(),
  w: (master) => master.reloadWorkers(),
}
