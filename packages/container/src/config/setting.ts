import type { Place } from './diagnostic.ts'

/** One option as somebody wrote it, before any meaning is given to it. */
export interface Setting {
  /** As written: an alias stays an alias. */
  readonly name: string
  /** Empty for a bare flag. */
  readonly value: string
  /** Where the name stands. */
  readonly place: Place
  /** Where the value stands; the name's place for a bare flag. */
  readonly valuePlace: Place
  /** Set with `set-placeholder`: only ever read by `%(name)`, never an option. */
  readonly placeholder?: true
}

/** What every reader of a configuration source feeds; the order of calls is the order of meaning. */
export interface SettingSink {
  add(setting: Setting): void
}
