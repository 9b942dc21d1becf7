import type { PolicyWorker } from './rule.ts'

// How busy a worker is, in its own terms. A worker that works on `cores` requests at a time is busy while they are all
// taken. An asynchronous one takes any number: it counts the time that its loop was busy (`busyTime`), and that is its
// measure.

/** A share of a loop's time that leaves room for nothing more. */
const saturated = 0.9

/** Milliseconds without a heartbeat after which a loop that works on something is taken for busy with it. */
const silence = 2500

/** Remembers what workers had spent at the last look. */
export class LoadMeter {
  #last = new Map<number, { readonly now: number; readonly spent: number }>()

  /** Each worker's share of time spent since the last look, 0 to 1; 0 for one that is new. */
  measure(workers: readonly PolicyWorker[], now: number): ReadonlyMap<number, number> {
    const before = this.#last
    this.#last = new Map(workers.map((worker) => [worker.id, { now, spent: spent(worker) }]))
    return new Map(
      workers.map((worker) => {
        const last = before.get(worker.id)
        if (isSilent(worker, now)) return [worker.id, 1]
        if (last === undefined || now <= last.now) return [worker.id, 0]
        const share = (spent(worker) - last.spent) / 1000 / (now - last.now)
        // A request that takes longer than the time between two looks has not been added up yet.
        const unfinished = share === 0 && !isAsynchronous(worker) && isFull(worker) ? 1 : share
        return [worker.id, Math.min(1, Math.max(0, unfinished))]
      }),
    )
  }

  /** Whether each worker has no room for a request. */
  busy(workers: readonly PolicyWorker[], now: number): ReadonlyMap<number, boolean> {
    const shares = this.measure(workers, now)
    return new Map(
      workers.map((worker) => [
        worker.id,
        isAsynchronous(worker) ? (shares.get(worker.id) ?? 0) >= saturated : isFull(worker),
      ]),
    )
  }
}

const isAsynchronous = ({ record }: PolicyWorker): boolean => record.busyTime > 0

const isFull = ({ record }: PolicyWorker): boolean => record.inFlight >= record.cores.length

const isSilent = ({ record }: PolicyWorker, now: number): boolean =>
  record.inFlight > 0 && record.heartbeat > 0 && now - record.heartbeat > silence

/** Microseconds. */
function spent({ record }: PolicyWorker): number {
  return record.busyTime > 0 ? record.busyTime : record.runningTime / Math.max(1, record.cores.length)
}
