/** The arguments of `trivet up`: what was asked for, before anything is read from disk. */
import { isIP } from 'node:net'
import { parseArgs } from 'node:util'

/** What `trivet up` was asked to run. */
export interface UpArguments {
  /** An nginx.conf, or a template of one (`*.template`). */
  readonly conf: string | undefined
  /** An application module (`app.ts`, `app.ts:export`) or the container's ini file. */
  readonly app: string | undefined
  readonly port: number | undefined
  /** An IP address. */
  readonly host: string | undefined
  readonly processes: number | undefined
  readonly help: boolean
}

/** A command line that cannot be run; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const upUsage = `usage: trivet up [nginx.conf] [app] [options]

Starts the proxy and the container together, in the foreground; Ctrl-C stops both,
HUP reloads both without losing a request.

  nginx.conf         the proxy's configuration; without it, one that listens on the port
                     and passes everything to the application. In a file named *.template,
                     \${NAME} is replaced by the environment variable of that name
  app                the application: app.ts, app.ts:export, or the container's ini file.
                     With an nginx.conf it listens where uwsgi_pass leads
  (neither)          runs the sample application, a guestbook

  -p, --port N       where the proxy listens when no nginx.conf is given (default: PORT, or 8080)
  --host ADDRESS     and at which address: 0.0.0.0 or :: for others than this machine
                     (default: 127.0.0.1)
  -n, --processes N  workers of each tier (default: what the files say, or 1)
  -h, --help         this text
`

const options = {
  port: { type: 'string', short: 'p' },
  host: { type: 'string' },
  processes: { type: 'string', short: 'n' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Reads the arguments after `trivet up`; throws UsageError. */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): UpArguments {
  const { values, positionals } = parse(args)
  const confs = positionals.filter(isConf)
  const apps = positionals.filter((word) => !isConf(word))
  if (confs.length > 1) throw new UsageError(`one nginx.conf at most, got ${confs.join(' and ')}`)
  if (apps.length > 1)
    throw new UsageError(
      `one application at most, got ${apps.join(' and ')} (an nginx.conf ends in \`.conf\` or \`.template\`)`,
    )
  if (confs.length === 1 && apps.length === 0) throw new UsageError(`${confs[0]} needs an application beside it`)
  if (confs[0] !== undefined && !confs[0].endsWith('.template') && values.port !== undefined) {
    throw new UsageError('`--port` is for the built-in configuration; an nginx.conf says itself where it listens')
  }
  if (values.host !== undefined && (confs.length > 0 || apps.length === 0)) {
    throw new UsageError('`--host` is for an application without an nginx.conf, which says itself where it listens')
  }
  return {
    conf: confs[0],
    app: apps[0],
    port: integer('--port', values.port, 1, 65_535) ?? integer('PORT', env['PORT'], 1, 65_535),
    host: address(values.host),
    processes: integer('--processes', values.processes, 1, 1024),
    help: values.help ?? false,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/** Whether a word or file name stands for the proxy's configuration. */
export function isConf(word: string): boolean {
  return word.endsWith('.conf') || word.endsWith('.template')
}

function address(text: string | undefined): string | undefined {
  if (text === undefined || isIP(text) !== 0) return text
  throw new UsageError(`\`--host\` takes an IP address, such as 127.0.0.1 or 0.0.0.0, got \`${text}\``)
}

function integer(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most && /^\d+$/.test(text)) return value
  throw new UsageError(`\`${name}\` takes a whole number from ${least} to ${most}, got \`${text}\``)
}
