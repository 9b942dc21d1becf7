/**
 * What `trivet up` will run, settled from its arguments before anything starts: the proxy's configuration text, and
 * the container's settings with the socket on which the two meet.
 */
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { loadConfig } from '@trivet/proxy'
import { type UpArguments, UsageError, isConf } from './arguments.ts'
import { defaultConf } from './default-conf.ts'
import { sample } from './sample.ts'
import { renderTemplate } from './template.ts'
import { uwsgiTargets } from './uwsgi-targets.ts'

/** Everything needed to start both tiers. */
export interface Plan {
  readonly title: string
  readonly conf: { readonly file: string; readonly text: string }
  /** An ini file with its own settings, or a module. */
  readonly app: { readonly ini: string } | { readonly module: string }
  /** Where the container listens; empty when the ini file says so itself. */
  readonly sockets: readonly string[]
  readonly processes: number | undefined
  /** Variables for the application. */
  readonly env: Readonly<Record<string, string>>
}

const defaultPort = 8080

/** Settles the plan; `folder` is private to this run and holds its sockets. Throws UsageError and ConfigError. */
export async function makePlan(wanted: UpArguments, folder: string, env: NodeJS.ProcessEnv): Promise<Plan> {
  const port = wanted.port ?? defaultPort
  const socket = join(folder, 'app.sock')
  if (wanted.app === undefined) return await samplePlan(wanted, port, socket)
  const app = wanted.app.endsWith('.ini') ? { ini: resolve(wanted.app) } : { module: wanted.app }
  if (wanted.conf === undefined) {
    const conf = { file: join(folder, 'nginx.conf'), text: defaultConf(wanted.host ?? '127.0.0.1', port, socket) }
    return { title: wanted.app, conf, app, sockets: [socket], processes: wanted.processes, env: {} }
  }
  const file = resolve(wanted.conf)
  const text = await readText(file, { PORT: String(port), SOCKET: socket, ...env })
  return {
    title: wanted.app,
    conf: { file, text },
    app,
    sockets: targetsOf(file, text),
    processes: wanted.processes,
    env: {},
  }
}

async function samplePlan(wanted: UpArguments, port: number, socket: string): Promise<Plan> {
  const { title, conf, module, variables, env } = sample()
  const text = await readText(conf, { ...variables, PORT: String(port), SOCKET: socket })
  const processes = wanted.processes
  return { title, conf: { file: conf, text }, app: { module }, sockets: [socket], processes, env }
}

async function readText(file: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const text = await readFile(file, 'utf8').catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw new UsageError(`cannot read ${file}: ${cause.message}`, { cause })
    throw new UsageError(await missing(file), { cause })
  })
  return file.endsWith('.template') ? renderTemplate(text, env) : text
}

async function missing(file: string): Promise<string> {
  const folder = dirname(file)
  const names = await readdir(folder).catch(() => undefined)
  if (names === undefined) return `there is no ${file}: there is no folder ${folder}`
  const others = names.filter(isConf).slice(0, 8)
  return `there is no \`${basename(file)}\` in ${folder}${others.length > 0 ? `; it has ${others.join(', ')}` : ''}`
}

function targetsOf(file: string, text: string): readonly string[] {
  const targets = uwsgiTargets(loadConfig(file, { text }).statements)
  if (targets.length > 0) return targets.map((target) => target.replace(/^unix:/, ''))
  throw new UsageError(
    `${basename(file)} has no \`uwsgi_pass\`: it does not say on which socket the application is expected. ` +
      'Add one, or start the two with `trivet proxy` and `trivet container`',
  )
}
