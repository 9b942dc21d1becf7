import { listenQueues } from '../bind/listen-queue.ts'
import type { PolicyInput } from '../policy/rule.ts'
import { readMemory, type ProcessMemory } from '../scoreboard/memory.ts'
import type { Scoreboard } from '../scoreboard/scoreboard.ts'
import type { Crew } from './crew.ts'
import type { Settings } from './options.ts'
import type { WorkerSnapshot } from './worker-info.ts'

/** All workers with their records and, if wanted, their memory, at this moment. */
export async function observe(crew: Crew, scoreboard: Scoreboard, memory: boolean): Promise<readonly WorkerSnapshot[]> {
  const pids = memory ? crew.workers.flatMap(({ pid }) => pid ?? []) : []
  const sizes: ReadonlyMap<number, ProcessMemory> = await readMemory(pids)
  const seen = crew.workers.flatMap((worker) => (worker.place === undefined ? [] : [{ worker, place: worker.place }]))
  const records = scoreboard.read(seen.map(({ place }) => place))
  return seen.flatMap(({ worker }, index): WorkerSnapshot[] => {
    const record = records[index]
    return record === undefined ? [] : [{ worker, record, memory: sizes.get(worker.pid ?? 0) }]
  })
}

/** What the policy decides on. */
export async function policyInput(
  crew: Crew,
  scoreboard: Scoreboard,
  settings: Settings,
  needs: { readonly memory: boolean; readonly queue: boolean },
): Promise<Omit<PolicyInput, 'now'>> {
  const snapshots = await observe(crew, scoreboard, needs.memory)
  return {
    workers: snapshots.flatMap(({ worker: { id, slot, state, uptime }, record, memory }) =>
      state === 'gone' ? [] : [{ id, slot, state, uptime, record, rss: memory?.rss ?? 0, as: memory?.vsz ?? 0 }],
    ),
    size: crew.size,
    processes: settings.processes,
    queue: needs.queue ? listenQueues(settings.listeners)?.reduce((sum, length) => sum + length, 0) : undefined,
  }
}
