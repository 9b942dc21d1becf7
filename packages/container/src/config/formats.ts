import { parseIni } from './ini.ts'
import type { Parse } from './config-file.ts'
import { parseJson, parseYaml } from './yaml.ts'

/** How a configuration file is read: by a parser, as a module of JavaScript or TypeScript, or not, with the reason. */
export type Format = { readonly parse: Parse } | { readonly module: true } | { readonly refused: string }

const xml: Format = { refused: 'XML is not read: write the same options as ini, YAML or JSON' }

/** By the ending of the file. */
const byEnding: Readonly<Record<string, Format>> = {
  ini: { parse: parseIni },
  yaml: { parse: parseYaml },
  yml: { parse: parseYaml },
  json: { parse: parseJson },
  xml,
  ts: { module: true },
  mts: { module: true },
  js: { module: true },
  mjs: { module: true },
}

/** By the option that names the file; undefined where the ending decides. */
const byOption: Readonly<Record<string, Format | undefined>> = {
  ini: { parse: parseIni },
  yaml: { parse: parseYaml },
  json: { parse: parseJson },
  config: undefined,
}

/** The options that read a file. */
export function readsFile(option: string): boolean {
  return Object.hasOwn(byOption, option)
}

/** The format of a file that an option names; a file without a known ending is an ini. */
export function findFormat(option: string, file: string): Format {
  const ending = /\.([a-z]+)$/.exec(file)?.[1] ?? ''
  return byOption[option] ?? (Object.hasOwn(byEnding, ending) ? byEnding[ending] : undefined) ?? { parse: parseIni }
}

/**
 * Whether an argument that is no option is a configuration file: by its ending, as uWSGI has it. A module of JavaScript
 * is one when it is called `*.config.ts` or the like; any other is an application.
 */
export function isConfigFile(argument: string): boolean {
  return /\.(?:ini|ya?ml|json|xml)(?::[^/]*)?$|\.config\.m?[jt]s$/.test(argument)
}
