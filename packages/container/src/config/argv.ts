/**
 * The command line, as getopt_long reads it for uWSGI: `--name value`, `--name=value`, bare flags, short options alone
 * or run together (`-Mp4`), `--` before positional arguments. A positional argument is a configuration file by its ending,
 * or else the application. One difference: a flag may be given a value (`--master=false`).
 */
import { findInertOption, findOption, findShortOption, suggestOption } from '../options/lookup.ts'
import type { InertOption, Option } from '../options/option.ts'
import type { Diagnostic, Place } from './diagnostic.ts'
import { isConfigFile } from './formats.ts'
import type { SettingSink } from './setting.ts'

/** Reads arguments into `sink`; what cannot be read is reported. */
export function readArgv(argv: readonly string[], sink: SettingSink, report: (diagnostic: Diagnostic) => void): void {
  const place = argumentPlaces(argv)
  let index = 0
  const add = (name: string, value: string, from: number, valueFrom = from): void =>
    sink.add({ name, value, place: place(from), valuePlace: place(valueFrom) })
  const take = (name: string, written: string, attached: string | undefined): void => {
    const at = index
    const short = written.startsWith('--') ? undefined : findShortOption(name)
    const option = written.startsWith('--') ? (findOption(name) ?? findInertOption(name)) : short
    const next = argv[index + 1]
    if (option === undefined) {
      // Its value, if that is what follows, would only be reported a second time.
      if (attached === undefined && next !== undefined && !next.startsWith('-') && !next.includes('.')) index += 1
      return report(unknownArgument(written, name, place(at)))
    }
    // A letter is an option here only; what follows knows it by its name.
    const long = short?.name ?? name
    if (attached !== undefined) add(long, attached, at)
    else if (takesOptional(option, next)) {
      index += 1
      add(long, next ?? '', at, index)
    } else if (!needsValue(option)) add(long, '', at)
    else if (next === undefined || (next.startsWith('--') && next !== '--'))
      report({ severity: 'error', message: `\`${written}\` needs a value`, place: place(at) })
    else {
      index += 1
      add(long, next, at, index)
    }
  }
  for (; index < argv.length; index += 1) {
    const word = argv[index] ?? ''
    if (word === '--') {
      for (index += 1; index < argv.length; index += 1) positional(argv[index] ?? '', index, add)
    } else if (word.startsWith('--')) {
      const equals = word.indexOf('=')
      const name = word.slice(2, equals < 0 ? undefined : equals)
      take(name, `--${name}`, equals < 0 ? undefined : word.slice(equals + 1))
    } else if (word.startsWith('-') && word.length > 1) shortOptions(word, take)
    else positional(word, index, add)
  }
}

function shortOptions(word: string, take: (name: string, written: string, attached: string | undefined) => void): void {
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.charAt(at)
    const option = findShortOption(letter)
    const rest = word.slice(at + 1)
    if (option === undefined || option.kind !== 'flag')
      return take(letter, `-${letter}`, rest === '' ? undefined : rest.replace(/^=/, ''))
    take(letter, `-${letter}`, undefined)
  }
}

function positional(word: string, index: number, add: (name: string, value: string, from: number) => void): void {
  add(isConfigFile(word) ? 'config' : 'module', word, index)
}

/** A value that may be left out: a mode, which nothing else is called like, and what help is wanted on, which ends the matter. */
function takesOptional(option: Option | InertOption, next: string | undefined): boolean {
  if (next === undefined) return false
  if (option.kind === 'mode') return /^\d+$/.test(next)
  return option.name === 'help'
}

function needsValue(option: Option | InertOption): boolean {
  return option.kind !== 'flag' && !('bare' in option && option.bare !== undefined)
}

function unknownArgument(written: string, name: string, place: Place): Diagnostic {
  const near = suggestOption(name)
  const hint = near === undefined ? '; `--help` lists the options' : `, did you mean \`--${near}\`?`
  return { severity: 'error', message: `unknown option \`${written}\`${hint}`, place }
}

/** The arguments joined by blanks serve as the source line. */
function argumentPlaces(argv: readonly string[]): (index: number) => Place {
  const text = argv.join(' ')
  return (index) => {
    const column = argv.slice(0, index).reduce((sum, word) => sum + word.length + 1, 1)
    return { source: 'command line', line: 0, column, length: argv[index]?.length ?? 1, text }
  }
}
