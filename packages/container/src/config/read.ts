import type { ContainerOptions } from '../container-options.ts'
import { readArgv } from './argv.ts'
import { inOrderOfPlace, withoutRepeats, type Diagnostic } from './diagnostic.ts'
import { readEnvironment } from './environment.ts'
import type { ContainerConfig } from './model.ts'
import { importConfig } from './modules.ts'
import { readObject } from './object.ts'
import { SettingReader, type ConfigModule, type ReadScope } from './reader.ts'
import { resolveConfig } from './resolve.ts'
import type { Setting } from './setting.ts'
import { OptionValues } from './values.ts'

/** Everything read from one set of sources; `config` is good when no diagnostic is an error. */
export interface ReadConfig {
  readonly config: ContainerConfig
  readonly settings: readonly Setting[]
  readonly diagnostics: readonly Diagnostic[]
  /** Configuration modules that have to be imported first. */
  readonly missingModules: ReadonlySet<string>
  /** What only the command line asks for. */
  readonly request: {
    /** What help is wanted on: empty for all that has an effect; undefined when none is. */
    readonly help: string | undefined
    readonly version: boolean
    readonly check: boolean
    readonly showConfig: boolean
  }
}

/** Reads the environment, a command line and the files it names. */
export function readCommandLine(argv: readonly string[], scope: ReadScope): ReadConfig {
  return read(scope, (reader) => {
    readEnvironment(scope.environment, reader)
    readArgv(argv, reader, (diagnostic) => reader.diagnostics.push(diagnostic))
  })
}

/** Reads options given by a program and the files they name. */
export function readOptions(options: ContainerOptions, scope: ReadScope): ReadConfig {
  return read(scope, (reader) => readObject(options, reader))
}

/** Reads again and again, each time with the configuration modules that the last reading asked for, until it asks for none. */
export async function readWithModules(
  scope: ReadScope,
  reading: (scope: ReadScope) => ReadConfig,
): Promise<ReadConfig> {
  const modules = new Map<string, ConfigModule>()
  for (;;) {
    const result = reading({ ...scope, modules })
    if (result.missingModules.size === 0) return result
    for (const path of result.missingModules) modules.set(path, await importConfig(path))
  }
}

function read(scope: ReadScope, fill: (reader: SettingReader) => void): ReadConfig {
  const reader = new SettingReader(scope)
  fill(reader)
  const expanded = reader.finish()
  const diagnostics = reader.diagnostics
  const unread = hasErrors(diagnostics)
  // A value that could not be had is told once, and not found wrong a second time.
  const told = new Set(diagnostics.map(({ place }) => place))
  const config = resolveConfig(expanded, scope.cwd, (diagnostic) => {
    // What is missing may stand in what could not be read.
    if (diagnostic.place === undefined ? !unread : !told.has(diagnostic.place)) diagnostics.push(diagnostic)
  })
  const values = new OptionValues(expanded.settings, () => {})
  const request = {
    help: values.last('help')?.value,
    version: values.flag('version'),
    check: values.flag('check'),
    showConfig: values.flag('show-config'),
  }
  return {
    config,
    settings: expanded.settings,
    diagnostics: withoutRepeats(inOrderOfPlace(diagnostics)),
    missingModules: reader.missingModules,
    request,
  }
}

/** Whether a start with these would be wrong. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}
