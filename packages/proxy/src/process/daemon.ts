/** `daemon on`: the command starts itself again without a terminal and leaves when that one is ready.
 *
 * Node cannot fork. The child is a session of its own; what goes wrong before it is ready still comes out of this
 * command's standard error and exit code, because the child holds our standard error until it says that it is ready.
 */
import { spawn } from 'node:child_process'

const marker = 'TRIVET_PROXY_DAEMON'

/** Whether this process is the one in the background. */
export function isDaemonized(): boolean {
  return process.env[marker] !== undefined
}

/** Starts the daemon with the same arguments; resolves with this command's exit code when it is ready or has failed. */
export async function becomeDaemon(): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, [marker]: '1' },
  })
  child.stderr?.pipe(process.stderr)
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
    child.once('message', () => {
      child.disconnect()
      child.stderr?.destroy()
      child.unref()
      resolve(0)
    })
  })
}

/** In the daemon: lets the command that started it go. */
export function daemonReady(): void {
  if (process.send === undefined) return
  // The other end of standard error closes with the command, and nothing written there may end this process.
  process.stderr.on('error', () => {})
  process.send({ type: 'ready' })
}
