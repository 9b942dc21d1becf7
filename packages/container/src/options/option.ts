/** How the text of an option is read. */
export type OptionKind = 'flag' | 'number' | 'text' | 'path' | 'address' | 'mode' | 'module' | 'choice' | 'pair'

/** One row of the option table: everything that argv, ini, `--help` and the checks know about an option with an effect. */
export interface Option {
  readonly name: string
  /** Other names; a single letter is the short form of the name before it. */
  readonly aliases?: readonly string[]
  readonly kind: OptionKind
  /** In the notation of the option itself. Absent: there is none. */
  readonly default?: string
  /** What a bare `--name` stands for; an option without it needs a value (flags do not). */
  readonly bare?: string
  /** Values collect instead of replacing each other. */
  readonly repeat?: true
  /** Smallest and largest value of a `number`. */
  readonly range?: readonly [minimum: number, maximum: number]
  /** Values of a `choice`. */
  readonly choices?: readonly string[]
  /** One line. */
  readonly help: string
  /** What it asks for is had in another way, or always: `help` says how. */
  readonly mapped?: true
  /** Who named it first. */
  readonly origin: 'uwsgi' | 'trivet'
}

/**
 * Options of uWSGI's that are understood and answered with one line, because they have no effect. `needless`: their
 * purpose is met here, or does not arise. `absent`: they are not available here. `refused`: not available, and a start
 * without them would be less safe than what was asked for. Each completes a sentence.
 */
export type InertRow = {
  /** Names and aliases, separated by blanks and line ends; a single letter is the short form of the name before it. */
  readonly names: string
  readonly kind: OptionKind
} & ({ readonly needless: string } | { readonly absent: string } | { readonly refused: string })

/** A known option without effect. */
export interface InertOption {
  readonly name: string
  /** Its short form, a letter. */
  readonly letter?: string
  readonly kind: OptionKind
  readonly state: 'needless' | 'absent' | 'refused'
  /** Completes the sentence `it does nothing here:` or `it is not available here:`. */
  readonly why: string
}

/** One concern: a heading of `--help`, and a file of table/ whose counterpart in config/model/ gives the options their meaning. */
export interface OptionGroup {
  readonly heading: string
  readonly options: readonly Option[]
  readonly inert: readonly InertRow[]
}
