import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { protocolVersion } from '../control/messages.ts'
import type { Settings } from './options.ts'
import type { Launch, ProcessHandle, ProcessListener } from './process-handle.ts'

/** What a process is to be; a spare one gets its `start` when it is needed, and until then may get ready for it. */
export type Role = 'worker' | 'zygote' | 'spare'

/** Launches by spawning the command, as the contract says: stdin from /dev/null, output piped, listeners from descriptor 3 on. */
export function spawning(settings: Settings, slot: number, control: string, role: Role): Launch {
  return (token, listener) => new SpawnedProcess(spawnWorker(settings, slot, control, token, role), listener)
}

class SpawnedProcess implements ProcessHandle {
  readonly #child: ChildProcess

  constructor(child: ChildProcess, listener: ProcessListener) {
    this.#child = child
    child.on('error', (error) => {
      if (child.pid === undefined) listener.neverBorn(error)
    })
    if (child.stdout) listener.output('stdout', child.stdout)
    if (child.stderr) listener.output('stderr', child.stderr)
    child.once('exit', (code, signal) => {
      child.once('close', () => listener.closed({ code, signal }))
      listener.exited({ code, signal })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}

function spawnWorker(settings: Settings, slot: number, control: string, token: string, role: Role): ChildProcess {
  const [command, args] = withGroups(settings)
  const options: SpawnOptions = {
    stdio: ['ignore', 'pipe', 'pipe', ...settings.listeners.map((listener) => listener.fd)],
    env: {
      ...settings.env,
      LISTEN_FDS: String(settings.listeners.length),
      LISTEN_PID: undefined, // the master's own activation is not the worker's, and no pid counts as valid
      LISTEN_FDNAMES: undefined,
      TRIVET_VERSION: String(protocolVersion),
      TRIVET_CONTROL: control,
      TRIVET_TOKEN: token,
      TRIVET_SLOT: String(slot),
      TRIVET_ROLE: role === 'worker' ? undefined : role,
    },
  }
  if (settings.cwd !== undefined) options.cwd = settings.cwd
  if (settings.groups.length === 0) {
    if (settings.uid !== undefined) options.uid = settings.uid
    if (settings.gid !== undefined) options.gid = settings.gid
  }
  return spawn(command, [...args], options)
}

/** spawn's own uid and gid drop all supplementary groups, so that somebody else has to set them. */
function withGroups(settings: Settings): readonly [command: string, args: readonly string[]] {
  const { command, args, groups, uid, gid } = settings
  if (groups.length === 0) return [command, args]
  const identity = [`--groups=${groups.join(',')}`]
  if (uid !== undefined) identity.push(`--reuid=${uid}`)
  if (gid !== undefined) identity.push(`--regid=${gid}`)
  return ['setpriv', [...identity, '--', command, ...args]]
}
