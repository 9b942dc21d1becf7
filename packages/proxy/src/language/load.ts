/** Files into statements: reads a configuration, follows its `include`s, keeps every text for messages and `-T`.
 *
 * An `include` is replaced by what it names, wherever it stands. Its path is relative to the folder of the main file,
 * as in nginx; a pattern may match nothing, a plain name must exist. nginx's packages put `mime.types`, `uwsgi_params`
 * and their like beside nginx.conf; here they come with this package, and stand in for those that are not there.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expandGlob, isPattern } from './glob.ts'
import { Findings } from './diagnostic.ts'
import type { Diagnostic } from './diagnostic.ts'
import { parse } from './parser.ts'
import type { Place, Statement } from './statement.ts'
import { commandLine } from './statement.ts'
import { systemErrorText } from './system-error.ts'

/** Includes nest at most this deep. */
const maxIncludeDepth = 32

/** The folder of the files that come with this package. */
const shippedFolder = fileURLToPath(new URL('../../conf/', import.meta.url))

/** A configuration as text and statements, not yet checked against the directives. */
export interface LoadedConfig {
  /** The main file, absolute. */
  readonly file: string
  readonly statements: readonly Statement[]
  /** The text of every file read, in the order of reading ; that of `-g` is under `commandLine`. */
  readonly sources: ReadonlyMap<string, string>
  /** For each included file the place of the `include` that read it first. */
  readonly includes: ReadonlyMap<string, Place>
  readonly diagnostics: readonly Diagnostic[]
}

export interface LoadOptions {
  /** What a relative `file` is relative to; default the current folder. */
  readonly prefix?: string
  /** Reads a file as a byte string (latin-1); default the file system. */
  readonly readFile?: (path: string) => string
  /** The main file's text, instead of its content. */
  readonly text?: string
  /** The text of `-g`: statements of the main level that come first. */
  readonly globals?: string
}

/** Reads a configuration with all it includes. Never throws for what the files hold: see `diagnostics`. */
export function loadConfig(file: string, options: LoadOptions = {}): LoadedConfig {
  const path = resolve(options.prefix ?? '.', file)
  const loader = new Loader(path, options.readFile ?? readBytes)
  const statements: Statement[] = []
  if (options.globals !== undefined) statements.push(...loader.parseText(options.globals, commandLine, []))
  const { text } = options
  statements.push(...(text === undefined ? loader.read(path, undefined, []) : loader.parseText(text, path, [path])))
  const { sources, includes, findings } = loader
  return { file: path, statements, sources, includes, diagnostics: findings.diagnostics }
}

function readBytes(path: string): string {
  return readFileSync(path, 'latin1')
}

class Loader {
  readonly sources = new Map<string, string>()
  readonly includes = new Map<string, Place>()
  readonly findings = new Findings()
  readonly #folder: string
  readonly #readFile: (path: string) => string

  constructor(mainFile: string, readFile: (path: string) => string) {
    this.#folder = dirname(mainFile)
    this.#readFile = readFile
  }

  /** `chain` holds the files being read right now, outermost first. */
  read(path: string, from: Place | undefined, chain: readonly string[]): readonly Statement[] {
    if (chain.includes(path)) {
      this.findings.emerg(`"${path}" includes itself`, from, `by way of ${[...chain, path].join(' -> ')}`)
      return []
    }
    if (chain.length > maxIncludeDepth) {
      this.findings.emerg(`includes are nested deeper than ${maxIncludeDepth}`, from)
      return []
    }
    let text = this.sources.get(path)
    if (text === undefined) {
      try {
        text = this.#readFile(path)
      } catch (error) {
        this.findings.emerg(`open() "${path}" failed (${systemErrorText(error as NodeJS.ErrnoException)})`, from)
        return []
      }
      if (from !== undefined) this.includes.set(path, from)
    }
    return this.parseText(text, path, [...chain, path])
  }

  parseText(text: string, file: string, chain: readonly string[]): readonly Statement[] {
    this.sources.set(file, text)
    return this.#expand(parse(text, file, this.findings), chain)
  }

  #expand(statements: readonly Statement[], chain: readonly string[]): readonly Statement[] {
    // Most blocks include nothing: they stay as they are, which is what large configurations are made of.
    if (!statements.some(hasInclude)) return statements
    return statements.flatMap((statement) => {
      if (statement.name === 'include') return this.#include(statement, chain)
      if (statement.block === undefined) return statement
      return { ...statement, block: this.#expand(statement.block, chain) }
    })
  }

  #include(statement: Statement, chain: readonly string[]): readonly Statement[] {
    const [argument, ...more] = statement.args
    if (statement.block !== undefined) {
      this.findings.emerg('directive "include" is not terminated by ";"', statement.place)
      return []
    }
    if (argument === undefined || more.length > 0) {
      this.findings.emerg('invalid number of arguments in "include" directive', statement.place)
      return []
    }
    const path = resolve(this.#folder, fileName(argument.text))
    const files = isPattern(path) ? expandGlob(path) : [existsSync(path) ? path : (shipped(argument.text) ?? path)]
    return files.flatMap((file) => this.read(file, argument.place, chain))
  }
}

/** Whether there is an `include` in a statement or its block. */
function hasInclude({ name, block }: Statement): boolean {
  return name === 'include' || block?.some(hasInclude) === true
}

/** The file of this package that an `include` of a bare name such as `uwsgi_params` may mean. */
function shipped(name: string): string | undefined {
  const path = join(shippedFolder, name)
  return !name.includes('/') && name !== 'nginx.conf' && existsSync(path) ? path : undefined
}

/** The name of a file from the bytes that stand in a configuration. */
export function fileName(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
