/**
 * A real nginx in the foreground, all its files in one temporary folder, as root and as a user alike. It binds before
 * it starts its workers, so once the workers' line is in the log a connection is accepted.
 */
import { type Address } from './address.ts'
import { Child } from './child.ts'
import { type Folder, temporaryFolder } from './folder.ts'
import { peer } from './peers.ts'

/** What stands in the generated nginx.conf beside the paths that keep nginx inside its folder. */
export interface NginxOptions {
  /** The inside of `http { }`: servers, upstreams, maps. */
  readonly http: string
  /** Lines before `http { }`. */
  readonly main?: string
  /** The inside of `events { }`. */
  readonly events?: string
  /** Where its files go; a temporary one is made, and removed at the end, when there is none. */
  readonly folder?: Folder
  /** What it listens on: `stop()` checks that nothing does any more. */
  readonly listens?: readonly Address[]
}

export class Nginx implements AsyncDisposable {
  readonly child: Child
  readonly folder: Folder
  readonly #options: NginxOptions

  constructor(child: Child, folder: Folder, options: NginxOptions) {
    this.child = child
    this.folder = folder
    this.#options = options
  }

  /** Rewrites the inside of `http { }`, sends HUP and waits for the new workers. */
  async reload(http: string = this.#options.http): Promise<void> {
    await this.folder.write('nginx.conf', nginxConf({ ...this.#options, http }))
    const before = this.child.output.length
    this.child.signal('SIGHUP')
    await this.child.until('start worker process', 15_000, before)
  }

  /** The access log, in nginx's combined format unless the configuration says otherwise. */
  async accessLog(): Promise<string> {
    return await this.folder.read('access.log')
  }

  /** Stops it, gracefully with SIGQUIT, and checks that it leaves no process, listener or pid file. */
  async stop(signal: 'SIGTERM' | 'SIGQUIT' = 'SIGTERM'): Promise<void> {
    const traces = { sockets: this.#options.listens ?? [], files: [this.folder.join('nginx.pid')] }
    await this.child.stop(signal, traces)
    if (this.#options.folder === undefined) await this.folder.remove()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]()
    if (this.#options.folder === undefined) await this.folder.remove()
  }
}

/** Starts nginx; rejects with its messages when it does not take the configuration. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const folder = options.folder ?? (await temporaryFolder())
  const conf = await folder.write('nginx.conf', nginxConf(options))
  const child = await Child.start(peer('nginx'), ['-p', folder.path, '-c', conf, '-e', 'stderr'])
  const nginx = new Nginx(child, folder, options)
  try {
    await child.until('start worker process')
    return nginx
  } catch (error) {
    await nginx[Symbol.asyncDispose]()
    throw error
  }
}

/** The whole nginx.conf; relative paths stay inside the folder, which is nginx's prefix. */
function nginxConf(options: NginxOptions): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${name}_temp;`,
  )
  return `
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr notice;
${process.getuid?.() === 0 ? 'user root;' : ''}
${options.main ?? ''}
events { worker_connections 512; ${options.events ?? ''} }
http {
  access_log access.log;
  ${temporary.join('\n  ')}
  ${options.http}
}
`
}
