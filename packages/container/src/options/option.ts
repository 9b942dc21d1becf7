/** How the text of an option is read. */
export type OptionKind = 'flag' | 'number' | 'text' | 'path' | 'address' | 'mode' | 'module' | 'choice' | 'pair'

/** Headings of `--help`, in its order. */
export type OptionGroup = 'application' | 'sockets' | 'workers' | 'limits' | 'logs' | 'files' | 'configuration'

/** One row of the option table: everything that argv, ini, `--help` and the checks know about an option. */
export interface Option {
  readonly name: string
  /** Other names; a single letter is a short option. */
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
  readonly group: OptionGroup
  /** One line. */
  readonly help: string
  /** Who named it first. */
  readonly origin: 'uwsgi' | 'trivet'
}

/** An option of uWSGI's that is understood and answered with one line, because it has no effect. */
export interface InertOption {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly kind: OptionKind
  /** `needless`: its purpose is met here, or does not arise. `later`: not available yet. */
  readonly state: 'needless' | 'later'
  /** Completes the sentence `it does nothing here:` or `it is not available yet:`. */
  readonly why: string
}
