/** The stacks that are compared: each starts its two tiers as real processes and says where it answers. */
import { fileURLToPath } from 'node:url'
import { Child, type Folder, freePort, listening } from '@trivet/testing'
import { bin } from './bin.ts'

/** A running stack. */
export interface Stack {
  readonly name: string
  readonly url: string
  readonly children: readonly Child[]
}

/** The path of an application that is served. */
export const app = (name: string): string => fileURLToPath(new URL(`../stack/${name}`, import.meta.url))

/** Nginx's files in `folder` that is not to write elsewhere; our proxy has no need of them. */
export const temporaryPaths = (folder: string): string =>
  ['fastcgi', 'scgi', 'uwsgi', 'proxy'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')

/** What a location says to pass requests on to a uwsgi socket. */
export const uwsgiPass = (socket: string): string => `
            uwsgi_pass unix:${socket};
            uwsgi_param QUERY_STRING $query_string;
            uwsgi_param REQUEST_METHOD $request_method;
            uwsgi_param CONTENT_TYPE $content_type;
            uwsgi_param CONTENT_LENGTH $content_length;
            uwsgi_param REQUEST_URI $request_uri;
            uwsgi_param PATH_INFO $document_uri;
            uwsgi_param DOCUMENT_ROOT $document_root;
            uwsgi_param SERVER_PROTOCOL $server_protocol;
            uwsgi_param REQUEST_SCHEME $scheme;
            uwsgi_param REMOTE_ADDR $remote_addr;
            uwsgi_param REMOTE_PORT $remote_port;
            uwsgi_param SERVER_PORT $server_port;
            uwsgi_param SERVER_NAME $server_name;`

/** A configuration that nginx and our proxy read alike: everything is passed on. */
export const conf = (folder: string, port: number, processes: number, location: string, extra: string): string => `
worker_processes ${processes};
pid ${folder}/nginx-${port}.pid;
error_log ${folder}/error.log;
daemon off;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path ${folder}/body;
    ${extra}
    server {
        listen 127.0.0.1:${port};
        location / {${location}
        }
    }
}
`

/** Our proxy before our container, a TypeScript hello. */
export async function trivetStack(folder: Folder, processes: number): Promise<Stack> {
  const port = await freePort()
  const socket = folder.join('app.sock')
  const file = await folder.write('nginx.conf', conf(folder.path, port, processes, uwsgiPass(socket), ''))
  const container = await Child.start(bin('trivet-container'), [
    '--socket',
    socket,
    '--module',
    app('hello.ts'),
    '--processes',
    String(processes),
    '--disable-logging',
    '--vacuum',
  ])
  await listening({ path: socket })
  const proxy = await Child.start(bin('trivet-proxy'), ['-p', folder.path, '-c', file])
  await listening({ host: '127.0.0.1', port })
  return {
    name: 'trivet proxy -> container (TypeScript)',
    url: `http://127.0.0.1:${port}/`,
    children: [proxy, container],
  }
}

/** The originals: nginx before uWSGI, a Python hello. */
export async function originalStack(folder: Folder, processes: number): Promise<Stack> {
  const port = await freePort()
  const socket = folder.join('app.sock')
  const text = conf(folder.path, port, processes, uwsgiPass(socket), temporaryPaths(folder.path))
  const file = await folder.write('nginx.conf', text)
  const uwsgi = await Child.start('uwsgi', [
    '--socket',
    socket,
    '--chmod-socket=666',
    '--master',
    '--processes',
    String(processes),
    '--plugin',
    'python3',
    '--wsgi-file',
    app('hello.py'),
    '--disable-logging',
    '--die-on-term',
    '--vacuum',
    '--listen',
    '100',
  ])
  await listening({ path: socket })
  const nginx = await Child.start('nginx', ['-p', folder.path, '-c', file, '-e', folder.join('error.log')])
  await listening({ host: '127.0.0.1', port })
  return { name: 'nginx -> uWSGI (Python)', url: `http://127.0.0.1:${port}/`, children: [nginx, uwsgi] }
}
