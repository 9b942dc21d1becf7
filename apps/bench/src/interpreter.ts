/** The Python that all stacks run: the one inside uWSGI, since another version or build would be what is measured. */
import { spawnSync } from 'node:child_process'

/** An interpreter. */
export interface Interpreter {
  /** Its command, by name or path. */
  readonly command: string
  readonly version: string
}

/** Names and paths of interpreters, as they may stand on a Debian. */
const commands = ['python3', '/usr/bin/python3', '/usr/local/bin/python3']

/** The interpreter of the same version as uWSGI's plugin that has `modules`; throws where there is none. */
export function uwsgiInterpreter(...modules: readonly string[]): Interpreter {
  const version = output('uwsgi', ['--plugin', 'python3', '--python-version'])?.trim().split('\n').at(-1)
  if (version === undefined) throw new Error('no uwsgi with its plugin python3 (Debian: uwsgi-plugin-python3)')
  const source = ['platform', ...modules].map((name) => `import ${name}`).join('\n')
  const command = commands.find(
    (candidate) => output(candidate, ['-c', `${source}\nprint(platform.python_version())`])?.trim() === version,
  )
  if (command === undefined) throw new Error(`no python3 of version ${version}, uWSGI's, has ${modules.join(', ')}`)
  return { command, version }
}

/** What a program prints; undefined when it fails, or is missing. */
function output(command: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return status === 0 ? stdout : undefined
}
