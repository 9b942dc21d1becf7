/** What options/table/workers.ts means. */
import { findGroup, findUser } from '../accounts.ts'
import type { Reading } from '../reading.ts'

/** How many processes there are and as whom they run. */
export interface WorkerSettings {
  readonly processes: number
  readonly uid: number | undefined
  readonly gid: number | undefined
}

/** Reads the workers' number and identity. */
export function resolveWorkers({ values }: Reading): WorkerSettings {
  const account = values.optional('uid', findUser)
  return {
    processes: values.number('processes'),
    uid: account?.uid,
    // A user without a group would keep root's group, which nobody means.
    gid: values.optional('gid', findGroup) ?? account?.gid,
  }
}
