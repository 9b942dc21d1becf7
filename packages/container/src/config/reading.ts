import { resolve } from 'node:path'
import type { Diagnostic } from './diagnostic.ts'
import type { OptionValues } from './values.ts'

/** What a concern's resolver is given: the values, and where relative paths start. */
export class Reading {
  readonly values: OptionValues
  /** Where the command was called; absolute. */
  readonly cwd: string
  /** `chdir`, absolute: where the application and its sockets are looked for. */
  readonly directory: string
  readonly report: (diagnostic: Diagnostic) => void

  constructor(values: OptionValues, cwd: string, report: (diagnostic: Diagnostic) => void) {
    this.values = values
    this.cwd = cwd
    this.report = report
    this.directory = resolve(cwd, values.text('chdir') ?? '.')
  }

  /** The option's path made absolute from where the command was called; undefined when it is not given. */
  path(name: string): string | undefined {
    const text = this.values.text(name)
    return text === undefined ? undefined : resolve(this.cwd, text)
  }

  /** Every path of a repeatable option, absolute from `chdir`. */
  paths(name: string): readonly string[] {
    return this.values.all(name).map(({ value }) => resolve(this.directory, value))
  }
}
