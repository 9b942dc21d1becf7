/** The two application servers whose workers' life is compared, each as a real process on an HTTP port of its own. */
import { fileURLToPath } from 'node:url'
import { Child, type Folder, freePort, listening } from '@trivet/testing'
import { bin } from '../bin.ts'

/** A running application server. */
export interface Server {
  readonly name: string
  readonly child: Child
  readonly address: { readonly host: string; readonly port: number }
  /** Writing a byte to it gives a command. */
  readonly fifo: string
}

const app = (name: string): string => fileURLToPath(new URL(`../../stack/${name}`, import.meta.url))

/** Our container with a TypeScript application. */
export async function startContainer(folder: Folder, more: readonly string[] = []): Promise<Server> {
  const [address, fifo] = [{ host: '127.0.0.1', port: await freePort() }, folder.join('ours.fifo')]
  const own = ['--module', app('life.ts'), '--http-socket', `127.0.0.1:${address.port}`, '--master-fifo', fifo, '-L']
  const child = await Child.start(bin('trivet-container'), [...own, '--processes', '2', ...more])
  // With `logto` it says nothing to us.
  if (more.includes('--logto')) await listening(address)
  else await child.until('serving http')
  return { name: 'trivet-container', child, address, fifo }
}

/** uWSGI with a Python application that does the same. */
export async function startUwsgiServer(folder: Folder, more: readonly string[] = []): Promise<Server> {
  const [address, fifo] = [{ host: '127.0.0.1', port: await freePort() }, folder.join('uwsgi.fifo')]
  const own = ['--plugin', 'python3', '--wsgi-file', app('life.py'), '--http-socket', `127.0.0.1:${address.port}`]
  const rest = ['--master', '--master-fifo', fifo, '--processes', '2', '-L', '--lazy-apps', '--die-on-term', ...more]
  const child = await Child.start('uwsgi', [...own, ...rest])
  await listening(address)
  await child.until(/spawned uWSGI worker 2/)
  return { name: 'uWSGI', child, address, fifo }
}
