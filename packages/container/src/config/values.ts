import { findOption } from '../options/lookup.ts'
import { options } from '../options/table.ts'
import type { Diagnostic } from './diagnostic.ts'
import { isFlagWord, readFlag, readNumber, ValueError } from './convert.ts'
import type { Setting } from './setting.ts'

/** Settings by option, aliases resolved; reading one reports what is wrong with it, and goes on with undefined. */
export class OptionValues {
  readonly #byOption = new Map<string, Setting[]>()
  readonly #report: (diagnostic: Diagnostic) => void

  constructor(settings: Iterable<Setting>, report: (diagnostic: Diagnostic) => void) {
    this.#report = report
    for (const setting of settings) {
      const option = findOption(setting.name)
      if (option === undefined || setting.placeholder === true) continue
      const value = setting.value === '' ? (option.bare ?? '') : setting.value
      this.#byOption.set(option.name, [...(this.#byOption.get(option.name) ?? []), { ...setting, value }])
    }
  }

  /** Every setting of an option, in order. */
  all(name: string): readonly Setting[] {
    return this.#byOption.get(name) ?? []
  }

  /** The setting that counts: the last. */
  last(name: string): Setting | undefined {
    return this.all(name).at(-1)
  }

  /** The text, or the option's default. */
  text(name: string): string | undefined {
    const setting = this.last(name)
    if (setting === undefined) return optionDefault(name)
    return this.convert(setting, (text) => {
      if (text === '') throw new ValueError('needs a value')
      return text
    })
  }

  flag(name: string): boolean {
    const setting = this.last(name)
    if (setting === undefined) return readFlag(optionDefault(name) ?? 'false')
    if (!isFlagWord(setting.value)) {
      const message = `\`${setting.name}\`: expected true or false, got \`${setting.value}\`, which counts as true`
      this.#report({ severity: 'warning', message, place: setting.valuePlace })
    }
    return readFlag(setting.value)
  }

  number(name: string): number {
    const range = findOption(name)?.range ?? [0, Number.MAX_SAFE_INTEGER]
    const fallback = Number(optionDefault(name) ?? range[0])
    const setting = this.last(name)
    return setting === undefined ? fallback : (this.convert(setting, (text) => readNumber(text, range)) ?? fallback)
  }

  /** The option's setting converted; undefined when it is not given, or wrong. */
  optional<T>(name: string, read: (text: string) => T): T | undefined {
    const setting = this.last(name)
    return setting === undefined ? undefined : this.convert(setting, read)
  }

  /** Every setting of an option converted, without those that are wrong. */
  every<T>(name: string, read: (text: string) => T | undefined): readonly T[] {
    return this.all(name).flatMap((setting) => {
      const value = this.convert(setting, read)
      return value === undefined ? [] : [value]
    })
  }

  /** Runs a conversion; a ValueError becomes a report at the value's place. */
  convert<T>(setting: Setting, read: (text: string) => T): T | undefined {
    try {
      return read(setting.value)
    } catch (error) {
      if (!(error instanceof ValueError)) throw error
      this.#report({ severity: 'error', message: `\`${setting.name}\`: ${error.message}`, place: setting.valuePlace })
      return undefined
    }
  }
}

function optionDefault(name: string): string | undefined {
  return options.find((option) => option.name === name)?.default
}
