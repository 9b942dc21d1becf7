import { bind, type BoundListener } from '@trivet/prefork'
import { ContainerError } from '../config/diagnostic.ts'
import type { ContainerConfig } from '../config/model.ts'

/** Binds every front, in their order; throws ContainerError `BIND` with the place of the one that cannot be had, none left bound. */
export async function bindFronts(config: ContainerConfig): Promise<readonly BoundListener[]> {
  const listeners: BoundListener[] = []
  const { fronts, backlog, mode, owner } = config.sockets
  const options = {
    backlog,
    ...(mode === undefined ? {} : { mode }),
    ...(owner === undefined ? {} : { uid: owner.uid }),
    ...(owner?.gid === undefined ? {} : { gid: owner.gid }),
  }
  for (const front of fronts) {
    try {
      listeners.push(await bind(front.address, options))
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
