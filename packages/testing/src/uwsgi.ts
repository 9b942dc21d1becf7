/** A real uWSGI in the foreground, configured by ini text; ready once its (last) worker has been spawned. */
import { type Address } from './address.ts'
import { Child } from './child.ts'
import { type Folder, temporaryFolder } from './folder.ts'
import { peer } from './peers.ts'

/** What stands in the generated uwsgi.ini, and the files beside it. */
export interface UwsgiOptions {
  /** Lines of the `[uwsgi]` section, such as `socket = 127.0.0.1:3031`. */
  readonly ini: string
  /** Files to write into its folder, which is also its working directory: `{ 'app.py': '...' }`. */
  readonly files?: Readonly<Record<string, string>>
  readonly folder?: Folder
  readonly listens?: readonly Address[]
}

export class Uwsgi implements AsyncDisposable {
  readonly child: Child
  readonly folder: Folder
  readonly #options: UwsgiOptions

  constructor(child: Child, folder: Folder, options: UwsgiOptions) {
    this.child = child
    this.folder = folder
    this.#options = options
  }

  /** Stops it and checks that it leaves no process and no listener. */
  async stop(): Promise<void> {
    await this.child.stop('SIGTERM', { sockets: this.#options.listens ?? [] })
    if (this.#options.folder === undefined) await this.folder.remove()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]()
    if (this.#options.folder === undefined) await this.folder.remove()
  }
}

/** Starts uWSGI; rejects with its output when it does not come up. */
export async function startUwsgi(options: UwsgiOptions): Promise<Uwsgi> {
  const folder = options.folder ?? (await temporaryFolder())
  for (const [name, content] of Object.entries(options.files ?? {})) await folder.write(name, content)
  const ini = await folder.write(
    'uwsgi.ini',
    // A missing application is an error, not a server that answers 500; without a master the first worker is all.
    ['[uwsgi]', 'die-on-term = true', 'need-app = true', 'vacuum = true', options.ini, ''].join('\n'),
  )
  const child = await Child.start(peer('uwsgi'), ['--ini', ini], {
    cwd: folder.path,
    env: { PYTHONDONTWRITEBYTECODE: '1' },
  })
  const uwsgi = new Uwsgi(child, folder, options)
  try {
    const last = /^\s*(?:processes|workers)\s*=\s*(\d+)/m.exec(options.ini)?.[1] ?? '1'
    await child.until(new RegExp(`spawned uWSGI worker ${last} `))
    return uwsgi
  } catch (error) {
    await uwsgi[Symbol.asyncDispose]()
    throw error
  }
}

/** uWSGI with a Python application: `source` is a module that defines `application`. */
export async function startUwsgiPython(address: Address, source: string, ini = ''): Promise<Uwsgi> {
  peer('uwsgi-python')
  const socket = 'path' in address ? address.path : `${address.host}:${address.port}`
  return await startUwsgi({
    ini: `plugin = python3\nsocket = ${socket}\nwsgi-file = app.py\n${ini}`,
    files: { 'app.py': source },
    listens: [address],
  })
}
