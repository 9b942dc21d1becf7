import { adopt, bind, PreforkError, type BoundListener } from '@trivet/prefork'
import { ContainerError } from '../config/diagnostic.ts'
import type { ContainerConfig } from '../config/model.ts'
import { socketAddress } from '../systemd/socket-address.ts'

/** Binds every front, in their order; throws ContainerError `BIND` with the place of the one that cannot be had, none left bound. */
export async function bindFronts(config: ContainerConfig): Promise<readonly BoundListener[]> {
  const listeners: BoundListener[] = []
  const { fronts, backlog, mode, owner } = config.sockets
  // As uWSGI, which binds when it has become that user: a web server of the same group gets in.
  const { uid, gid } = owner ?? config.workers
  const options = {
    backlog,
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  }
  for (const front of fronts) {
    try {
      listeners.push(
        front.descriptor === undefined ? await bind(front.address, options) : inherit(front.descriptor, backlog),
      )
    } catch (cause) {
      for (const listener of listeners) listener.close()
      const message = `\`${front.option}\`: ${cause instanceof Error ? cause.message : String(cause)}`
      throw new ContainerError('BIND', message, {
        cause,
        diagnostics: [{ severity: 'error', message, place: front.place }],
      })
    }
  }
  return listeners
}

/** A socket that the service manager has bound. Its file, where it has one, is the manager's and stays. */
function inherit(fd: number, backlog: number): BoundListener {
  const address = socketAddress(fd)
  if (address === undefined) throw new PreforkError('not-a-socket', `descriptor ${fd} is not an inherited socket`)
  const listener = adopt(address, fd, backlog)
  return { ...listener, close: () => listener.close({ unlink: false }) }
}
