/** What options/table/application.ts means. */
import { isAbsolute } from 'node:path'
import { readPair, ValueError } from '../convert.ts'
import type { Place } from '../diagnostic.ts'
import type { Reading } from '../reading.ts'
import type { Setting } from '../setting.ts'
import type { OptionValues } from '../values.ts'

/** What an export is; `auto` decides by its shape. */
export type ApplicationInterface = 'auto' | JavaScriptInterface | PythonInterface

/** What an export of a JavaScript module is. */
export type JavaScriptInterface = 'tsgi' | 'fetch' | 'node'

/** What an object of a Python module is. */
export type PythonInterface = 'wsgi' | 'asgi'

/** Which application to load. */
export interface ApplicationReference {
  /** A file or a package. */
  readonly module: string
  readonly export: string | undefined
  readonly interface: 'auto' | JavaScriptInterface
}

/** What is served, and its surroundings. */
export interface ApplicationSettings {
  readonly reference: ApplicationReference
  /** Where the application was named. */
  readonly place: Place | undefined
  /** Working directory of the workers; absolute. */
  readonly directory: string
  /** Added to the workers' environment. */
  readonly environment: Readonly<Record<string, string>>
}

/** Reads the application and its surroundings. */
export function resolveApplication(reading: Reading): ApplicationSettings {
  const { values, directory } = reading
  return {
    reference: readReference(reading),
    place: applicationSetting(values)?.valuePlace,
    directory,
    environment: readEnvironment(values),
  }
}

/** `module` counts before `wsgi-file` and `asgi`, as a module may be named beside the file that it is in. */
function applicationSetting(values: OptionValues): Setting | undefined {
  return values.last('module') ?? values.last('wsgi-file') ?? values.last('asgi')
}

function readReference({ values, report }: Reading): ApplicationReference {
  const setting = applicationSetting(values)
  const asked = values.optional('interface', readInterface) ?? 'auto'
  // The other two are Python's, which has a reference of its own.
  const chosen = asked === 'wsgi' || asked === 'asgi' ? 'auto' : asked
  // With mounts alone, what is below none of them is not found.
  if (setting === undefined && values.all('mount').length > 0)
    return { module: '', export: undefined, interface: chosen }
  if (setting === undefined || setting.value === '') {
    const message =
      setting === undefined ? 'no application: give `module`, for example `--module app.ts`' : '`module`: needs a value'
    report({ severity: 'error', message, place: setting?.valuePlace })
    return { module: '', export: undefined, interface: chosen }
  }
  const { module, name } = splitModule(setting.value)
  return { module, export: name ?? values.text('callable'), interface: chosen }
}

/** `path[:export]`; the colon of a scheme or a drive (`file:///x`, `node:x`) does not count, as no export has a slash. */
export function splitModule(text: string): { readonly module: string; readonly name: string | undefined } {
  const match = /^(.+):([A-Za-z_$][\w$]*(?:\.[\w$]+)*)(?:\(\))?$/.exec(text)
  return match === null || isAbsolute(match[2] ?? '')
    ? { module: text, name: undefined }
    : { module: match[1] ?? '', name: match[2] }
}

const interfaces: readonly ApplicationInterface[] = ['auto', 'tsgi', 'fetch', 'node', 'wsgi', 'asgi']

/** Reads the name of an interface; throws ValueError. */
function readInterface(text: string): ApplicationInterface {
  const found = interfaces.find((known) => known === text)
  if (found === undefined) throw new ValueError(`expected ${interfaces.join(', ')}, got \`${text}\``)
  return found
}

function readEnvironment(values: OptionValues): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {}
  for (const setting of values.all('env')) {
    const pair = values.convert(setting, readPair)
    if (pair !== undefined) environment[pair[0]] = pair[1]
  }
  return environment
}
