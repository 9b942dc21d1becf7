import { bind, type BoundListener, type Identity, type RuntimeFolder } from '@trivet/prefork'

/** Connections that wait in the kernel between the tiers: a front has few, and pipelines on them. */
const backlog = 1024

/** Binds the socket between front workers and application workers, in the master's own folder and for the workers' user alone. */
export async function bindInnerSocket(folder: RuntimeFolder, owner: Identity): Promise<BoundListener> {
  const listener = await bind({ path: folder.join('application') }, { backlog, mode: 0o600 })
  folder.give('application', owner)
  return listener
}
