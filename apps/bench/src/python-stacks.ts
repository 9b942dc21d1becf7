/** The stacks that serve Python: ours, nginx -> uWSGI, nginx -> gunicorn. */
import { spawnSync } from 'node:child_process'
import { basename } from 'node:path'
import { Child, type Folder, freePort, listening } from '@trivet/testing'
import { bin } from './bin.ts'
import { app, conf, type Stack, temporaryPaths, uwsgiPass } from './stacks.ts'

/** Starts a stack for a file in stack/ and a number of workers in each tier. */
export type StartPython = (folder: Folder, processes: number, file: string) => Promise<Stack>

/** The python that has the modules, of those that one has: Debian's, when another stands before it on PATH. */
function pythonWith(...modules: readonly string[]): string {
  const source = modules.map((name) => `import ${name}`).join('\n')
  const found = ['python3', '/usr/bin/python3'].find(
    (command) => spawnSync(command, ['-c', source], { stdio: 'ignore' }).status === 0,
  )
  if (found === undefined) throw new Error(`no python3 has ${modules.join(', ')}`)
  return found
}

/** Our proxy before our container. */
export async function trivetPython(folder: Folder, processes: number, file: string): Promise<Stack> {
  const socket = folder.join('trivet.sock')
  const container = await Child.start(
    bin('trivet-container'),
    [
      '--socket',
      socket,
      '--wsgi-file',
      app(file),
      '--processes',
      String(processes),
      '--python',
      pythonWith('flask'),
    ].concat('--disable-logging', '--vacuum'),
  )
  await listening({ path: socket })
  return await behind('trivet-proxy', 'trivet proxy -> container', folder, processes, uwsgiPass(socket), container)
}

/** The originals. */
export async function uwsgiPython(folder: Folder, processes: number, file: string): Promise<Stack> {
  const socket = folder.join('uwsgi.sock')
  const tiers = ['--socket', socket, '--chmod-socket=666', '--master', '--processes', String(processes)]
  const plugin = ['--plugin', 'python3', '--wsgi-file', app(file), '--listen', '100']
  const quiet = ['--disable-logging', '--die-on-term', '--vacuum']
  const uwsgi = await Child.start('uwsgi', [...tiers, ...plugin, ...quiet])
  await listening({ path: socket })
  return await behind('nginx', 'nginx -> uWSGI', folder, processes, uwsgiPass(socket), uwsgi)
}

/** What most of Python's projects use today. */
export async function gunicornPython(folder: Folder, processes: number, file: string): Promise<Stack> {
  const socket = folder.join('gunicorn.sock')
  const gunicorn = await Child.start(
    pythonWith('gunicorn', 'flask'),
    ['-m', 'gunicorn', '--bind', `unix:${socket}`, '--workers', String(processes), basename(file, '.py')],
    { cwd: app('.') },
  )
  await listening({ path: socket })
  const location = `
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_pass http://unix:${socket};`
  return await behind('nginx', 'nginx -> gunicorn', folder, processes, location, gunicorn)
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
