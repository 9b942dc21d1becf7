/** The stacks that serve Python: ours, nginx -> uWSGI, nginx -> gunicorn. */
import { Child, type Folder, freePort, listening } from '@trivet/testing'
import { bin } from './bin.ts'
import { conf, type Stack, temporaryPaths, uwsgiPass } from './stacks.ts'

/** What is served. */
export interface Application {
  /** The folder that its module is found in. */
  readonly folder: string
  /** `module:callable` */
  readonly module: string
  /** The interpreter of those that are not uWSGI. */
  readonly python: string
  readonly env: Readonly<Record<string, string>>
}

/** Starts a stack for an application and a number of workers in each tier. */
export type StartPython = (folder: Folder, processes: number, application: Application) => Promise<Stack>

/** Our proxy before our container. */
export async function trivetPython(folder: Folder, processes: number, application: Application): Promise<Stack> {
  const socket = folder.join('trivet.sock')
  const container = await Child.start(
    bin('trivet-container'),
    [...shared(socket, processes, application), '--python', application.python],
    { env: application.env },
  )
  await listening({ path: socket })
  return await behind('trivet-proxy', 'trivet proxy -> container', folder, processes, uwsgiPass(socket), container)
}

/** The originals. */
export async function uwsgiPython(folder: Folder, processes: number, application: Application): Promise<Stack> {
  const socket = folder.join('uwsgi.sock')
  const own = ['--master', '--chmod-socket=666', '--listen', '100', '--die-on-term']
  const uwsgi = await Child.start('uwsgi', [...own, ...shared(socket, processes, application)], {
    env: application.env,
  })
  await listening({ path: socket })
  return await behind('nginx', 'nginx -> uWSGI', folder, processes, uwsgiPass(socket), uwsgi)
}

/** What most of Python's projects use today. */
export async function gunicornPython(folder: Folder, processes: number, application: Application): Promise<Stack> {
  const socket = folder.join('gunicorn.sock')
  const gunicorn = await Child.start(
    application.python,
    ['-m', 'gunicorn', '--bind', `unix:${socket}`, '--workers', String(processes), application.module],
    { cwd: application.folder, env: application.env },
  )
  await listening({ path: socket })
  const location = `
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_pass http://unix:${socket};`
  return await behind('nginx', 'nginx -> gunicorn', folder, processes, location, gunicorn)
}

/** The options that uWSGI and our container read alike. */
function shared(socket: string, processes: number, { folder, module }: Application): readonly string[] {
  const application = ['--plugin', 'python3', '--chdir', folder, '--module', module]
  return ['--socket', socket, ...application, '--processes', String(processes), '--disable-logging', '--vacuum']
}

async function behind(
  proxy: 'nginx' | 'trivet-proxy',
  name: string,
  folder: Folder,
  processes: number,
  location: string,
  application: Child,
): Promise<Stack> {
  const port = await freePort()
  const extra = proxy === 'nginx' ? temporaryPaths(folder.path) : ''
  const file = await folder.write(`${port}.conf`, conf(folder.path, port, processes, location, extra))
  const front =
    proxy === 'nginx'
      ? await Child.start('nginx', ['-p', folder.path, '-c', file, '-e', folder.join('error.log')])
      : await Child.start(bin('trivet-proxy'), ['-p', folder.path, '-c', file])
  await listening({ host: '127.0.0.1', port })
  return { name, url: `http://127.0.0.1:${port}/`, children: [front, application] }
}
