/** The web servers that are compared: each serves the same folder and a fixed answer, as real processes. */
import { Child, type Folder, freePort, listening } from '@trivet/testing'
import { bin } from './bin.ts'

/** A running server. */
export interface WebServer {
  readonly name: string
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  readonly child: Child
}

/** A configuration for nginx and for the proxy: files of `folder`/www, `/hello` without a file, and `more`. */
export function nginxConf(folder: Folder, port: number, processes: number, more: string = ''): string {
  return `
worker_processes ${processes};
worker_rlimit_nofile 20000;
pid ${folder.path}/nginx.pid;
error_log ${folder.path}/error.log;
daemon off;
events { worker_connections 16384; }
http {
    client_body_temp_path ${folder.path}/client_body;
    access_log off;
    keepalive_requests 100000000;
    keepalive_timeout 600;
    sendfile on;
    tcp_nopush on;
    types { text/html html; text/plain txt; }
    server {
        listen 127.0.0.1:${port} default_server backlog=4096;
        location / { root ${folder.path}/www; }
        location = /hello { return 200 "hello\\n"; }
    }
    ${more}
}
`
}

async function started(name: string, port: number, command: string, args: readonly string[]): Promise<WebServer> {
  const child = await Child.start(command, args)
  await Promise.race([listening({ host: '127.0.0.1', port }), child.exited.then(() => failed(child))])
  return { name, origin: `http://127.0.0.1:${port}`, child }
}

function failed(child: Child): never {
  throw new Error(`it did not start:\n${child.output}`)
}

/** Our proxy. */
export async function trivetServer(folder: Folder, processes: number): Promise<WebServer> {
  const port = await freePort()
  const file = await folder.write('trivet.conf', nginxConf(folder, port, processes))
  return await started('trivet-proxy', port, bin('trivet-proxy'), ['-p', folder.path, '-c', file])
}

/** nginx with the same configuration. */
export async function nginxServer(folder: Folder, processes: number): Promise<WebServer> {
  const port = await freePort()
  const kinds = ['proxy', 'fastcgi', 'uwsgi', 'scgi']
  const inside = kinds.map((kind) => `${kind}_temp_path ${folder.path}/${kind};`).join(' ')
  const file = await folder.write('nginx.conf', nginxConf(folder, port, processes, inside))
  return await started('nginx', port, 'nginx', ['-p', folder.path, '-c', file, '-e', folder.join('error.log')])
}

/** Caddy with the same files; it takes as many cores as there are. */
export async function caddyServer(folder: Folder): Promise<WebServer> {
  const port = await freePort()
  const file = await folder.write(
    'Caddyfile',
    `{\n admin off\n auto_https off\n}\nhttp://127.0.0.1:${port} {\n root * ${folder.path}/www\n file_server\n respond /hello "hello\\n"\n}\n`,
  )
  return await started('Caddy', port, 'caddy', ['run', '--config', file, '--adapter', 'caddyfile'])
}
