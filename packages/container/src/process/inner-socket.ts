import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bind, type BoundListener } from '@trivet/prefork'
import type { ContainerConfig } from '../config/model.ts'

/** Unix socket paths hold 104 to 108 bytes; a longer TMPDIR is passed over. */
const maxFolderPath = 80

/** Connections that wait in the kernel between the tiers: a front has few, and pipelines on them. */
const backlog = 1024

/** The socket between front workers and application workers, in a folder that nobody else may enter. */
export interface InnerSocket {
  readonly path: string
  readonly listener: BoundListener
  /** Closes it and removes the folder. */
  remove(): void
}

/** Binds an inner socket for the workers' user. */
export async function bindInnerSocket({ workers: { uid, gid } }: ContainerConfig): Promise<InnerSocket> {
  const base = tmpdir().length > maxFolderPath ? '/tmp' : tmpdir()
  const folder = mkdtempSync(join(base, `trivet-inner-${process.pid}-`))
  const owner = { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) }
  if (uid !== undefined || gid !== undefined) chownSync(folder, uid ?? -1, gid ?? -1)
  const path = join(folder, 'application')
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const listener = await bind({ path }, { backlog, mode: 0o600, ...owner })
    process.once('exit', remove)
    return {
      path,
      listener,
      remove() {
        process.off('exit', remove)
        listener.close()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}
