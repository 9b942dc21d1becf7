/** Boots the tiers as real processes: a front (our proxy, or nginx) before our container running an application. */
import { fileURLToPath } from 'node:url'
import { type Address, Child, type Folder, freePort, listening, peer, temporaryFolder } from '@trivet/testing'

/** The program in front. */
export type FrontName = 'trivet-proxy' | 'nginx'

/** The path of an executable as `npm` users have it. */
export const bin = (name: string): string => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url))

/** The path of a fixture. */
export const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

/** What to boot. */
export interface StackOptions {
  readonly front?: FrontName
  /** The application for the container; the probe by default. */
  readonly module?: string
  /** Arguments that name it, instead of `module`. */
  readonly application?: readonly string[]
  readonly processes?: number
  /** More arguments for the container. */
  readonly container?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Directives inside `http { }`; `SOCKET` and `PORT` stand for the real ones. By default one server passes all on. */
  readonly http?: string
}

const passAll = `
  client_max_body_size 64m;
  server {
    listen 127.0.0.1:PORT;
    location / { include uwsgi_params; uwsgi_pass unix:SOCKET; }
    location /unbuffered/ {
      rewrite ^/unbuffered(/.*)$ $1 break;
      include uwsgi_params;
      uwsgi_buffering off;
      uwsgi_request_buffering off;
      uwsgi_pass unix:SOCKET;
    }
  }
`

const uwsgiParams = [
  'QUERY_STRING $query_string',
  'REQUEST_METHOD $request_method',
  'CONTENT_TYPE $content_type',
  'CONTENT_LENGTH $content_length',
  'REQUEST_URI $request_uri',
  'PATH_INFO $document_uri',
  'DOCUMENT_ROOT $document_root',
  'SERVER_PROTOCOL $server_protocol',
  'REQUEST_SCHEME $scheme',
  'HTTPS $https if_not_empty',
  'REMOTE_ADDR $remote_addr',
  'REMOTE_PORT $remote_port',
  'SERVER_PORT $server_port',
  'SERVER_NAME $server_name',
]

/** A running stack; `stop()` demands that nothing is left, disposal just kills. */
export class Stack implements AsyncDisposable {
  readonly address: Address & { readonly port: number }
  readonly origin: string
  readonly socket: string
  readonly front: Child
  readonly container: Child
  readonly folder: Folder

  constructor(folder: Folder, port: number, front: Child, container: Child) {
    this.folder = folder
    this.front = front
    this.container = container
    this.address = { host: '127.0.0.1', port }
    this.origin = `http://127.0.0.1:${port}`
    this.socket = folder.join('app.sock')
  }

  /** Stops both tiers; throws when a process, socket or pid file is left. */
  async stop(): Promise<void> {
    await this.front.stop('SIGQUIT', { sockets: [this.address], files: [this.folder.join('front.pid')] })
    await this.container.stop('SIGTERM', { files: [this.socket] })
    await this.folder.remove()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.front[Symbol.asyncDispose]()
    await this.container[Symbol.asyncDispose]()
    await this.folder.remove()
  }
}

/** Boots a stack and waits until both tiers listen. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const folder = await temporaryFolder()
  const port = await freePort()
  const container = await startContainer(folder.join('app.sock'), options)
  const front = await startFront(options.front ?? 'trivet-proxy', folder, port, options.http ?? passAll)
  return new Stack(folder, port, front, container)
}

/** Starts our container alone on a unix socket. */
export async function startContainer(socket: string, options: StackOptions): Promise<Child> {
  const child = await Child.start(
    bin('trivet-container'),
    [
      '--socket',
      socket,
      ...(options.application ?? ['--module', options.module ?? fixture('probe.ts')]),
      '--processes',
      String(options.processes ?? 1),
      '--vacuum',
      ...(options.container ?? []),
    ],
    { env: options.env ?? {} },
  )
  await ready(child, { path: socket })
  return child
}

/** Starts a front whose files all live in `folder`. */
export async function startFront(name: FrontName, folder: Folder, port: number, http: string): Promise<Child> {
  return await startFrontWith(name, folder, port, frontConf(name, folder, http.replaceAll('PORT', String(port))))
}

/** Starts a front on a whole configuration; only where its own files go is added. */
export async function startFrontWith(name: FrontName, folder: Folder, port: number, conf: string): Promise<Child> {
  const own = `daemon off;\npid front.pid;\n${process.getuid?.() === 0 ? 'user root;\n' : ''}`
  await folder.write('uwsgi_params', uwsgiParams.map((line) => `uwsgi_param ${line};\n`).join(''))
  const file = await folder.write('nginx.conf', `${own}error_log ${folder.join('error.log')} notice;\n${conf}`)
  const args = ['-p', folder.path, '-c', file, '-e', folder.join('error.log')]
  const child = await Child.start(name === 'nginx' ? peer('nginx') : bin('trivet-proxy'), args)
  await ready(child, { host: '127.0.0.1', port })
  return child
}

function frontConf(name: FrontName, folder: Folder, http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${one}_temp;`)
  return `
worker_processes 1;
events { worker_connections 512; }
http {
  access_log ${folder.join('access.log')};
  ${name === 'nginx' ? temporary.join(' ') : ''}
  ${http.replaceAll('SOCKET', folder.join('app.sock'))}
}
`
}

async function ready(child: Child, address: Address): Promise<void> {
  const ended = child.exited.then(() => {
    throw new Error(`ended before it listened:\n${child.output}`)
  })
  try {
    await Promise.race([listening(address), ended])
  } catch (error) {
    await child[Symbol.asyncDispose]()
    throw error
  }
}
