/** nginx's command line: single-letter options that may be joined (`-tq`), their values attached or the next word; and the
 * two words that are tried on any command. */

/** What can be sent to a running proxy. */
export type SignalName = 'stop' | 'quit' | 'reopen' | 'reload'

/** A command line, read. */
export interface CommandLine {
  readonly help: boolean
  readonly version: boolean
  readonly configure: boolean
  readonly test: boolean
  readonly dump: boolean
  readonly quiet: boolean
  readonly prefix: string | undefined
  readonly file: string | undefined
  readonly errorLog: string | undefined
  readonly globals: string | undefined
  readonly signal: SignalName | undefined
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  readonly code = 'usage'
}

type Draft = { -readonly [Name in keyof CommandLine]: CommandLine[Name] }

const flags: Readonly<
  Record<string, readonly (keyof Draft & ('help' | 'version' | 'configure' | 'test' | 'dump' | 'quiet'))[]>
> = {
  '?': ['help', 'version'],
  h: ['help', 'version'],
  v: ['version'],
  V: ['version', 'configure'],
  t: ['test'],
  T: ['test', 'dump'],
  q: ['quiet'],
}

const values: Readonly<
  Record<string, { readonly name: 'prefix' | 'file' | 'errorLog' | 'globals' | 'signal'; readonly what: string }>
> = {
  p: { name: 'prefix', what: 'directory name' },
  c: { name: 'file', what: 'file name' },
  e: { name: 'errorLog', what: 'file name' },
  g: { name: 'globals', what: 'parameter' },
  s: { name: 'signal', what: 'parameter' },
}

const longOptions: ReadonlyMap<string, string> = new Map([
  ['--help', '-h'],
  ['--version', '-v'],
])

/** Reads the words after the program's name. Throws UsageError in nginx's words. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const draft: Draft = {
    help: false,
    version: false,
    configure: false,
    test: false,
    dump: false,
    quiet: false,
    prefix: undefined,
    file: undefined,
    errorLog: undefined,
    globals: undefined,
    signal: undefined,
  }
  const words = [...args]
  for (let word = words.shift(); word !== undefined; word = words.shift())
    readWord(longOptions.get(word) ?? word, words, draft)
  return draft
}

function readWord(word: string, rest: string[], draft: Draft): void {
  if (!word.startsWith('-')) throw new UsageError(`invalid option: "${word}"`)
  for (let at = 1; at < word.length; at += 1) {
    const letter = word.charAt(at)
    const option = values[letter]
    if (option !== undefined) {
      const value = at + 1 < word.length ? word.slice(at + 1) : rest.shift()
      if (value === undefined) throw new UsageError(`option "-${letter}" requires ${option.what}`)
      setValue(draft, option.name, value)
      return
    }
    const names = flags[letter]
    if (names === undefined) throw new UsageError(`invalid option: "${letter}"`)
    for (const name of names) draft[name] = true
  }
}

function setValue(draft: Draft, name: 'prefix' | 'file' | 'errorLog' | 'globals' | 'signal', value: string): void {
  if (name !== 'signal') draft[name] = value
  else if (isSignalName(value)) draft.signal = value
  else throw new UsageError(`invalid option: "-s ${value}"`)
}

function isSignalName(name: string): name is SignalName {
  return ['stop', 'quit', 'reopen', 'reload'].includes(name)
}
