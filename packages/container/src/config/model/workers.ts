/** What options/table/workers.ts means. */
import type { ProcessLimits } from '../../limits/process-limits.ts'
import type { TitleSettings } from '../../process/title.ts'
import { ValueError } from '../convert.ts'
import { findGroup, findUser } from '../accounts.ts'
import type { Reading } from '../reading.ts'

/** How many processes there are and as whom they run. */
export interface WorkerSettings {
  readonly processes: number
  readonly uid: number | undefined
  readonly gid: number | undefined
  /** Of every process; undefined: what the command was called with. */
  readonly umask: number | undefined
  readonly limits: ProcessLimits
  readonly titles: TitleSettings
}

/** Reads the workers' number and identity. */
export function resolveWorkers({ values }: Reading): WorkerSettings {
  const account = values.optional('uid', findUser)
  return {
    processes: values.number('processes'),
    uid: account?.uid,
    // A user without a group would keep root's group, which nobody means.
    gid: values.optional('gid', findGroup) ?? account?.gid,
    umask: values.optional('umask', readUmask),
    limits: {
      addressSpace: (values.number('limit-as') || undefined) && values.number('limit-as') * megabyte,
      processes: values.number('limit-nproc') || undefined,
      descriptors: values.number('max-fd') || undefined,
      processors: values.number('cpu-affinity') || undefined,
    },
    titles: {
      prefix: values.text('procname-prefix') ?? spaced(values.text('procname-prefix-spaced')),
      append: values.text('procname-append') ?? '',
      name: values.text('procname'),
      master: values.text('procname-master'),
    },
  }
}

const megabyte = 1_048_576

const spaced = (text: string | undefined): string => (text === undefined ? '' : `${text} `)

function readUmask(text: string): number {
  if (!/^0?[0-7]{1,3}$/.test(text)) throw new ValueError(`expected an octal mask such as 022, got \`${text}\``)
  return Number.parseInt(text, 8)
}
