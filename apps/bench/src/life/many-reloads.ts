/** What a master holds before, during and after many reloads in a row: descriptors, processes, memory. */
import { readdirSync, readFileSync } from 'node:fs'
import { type Child, eventually, groupMembers } from '@trivet/testing'

/** What is counted of a master at one moment. */
interface Footprint {
  readonly descriptors: number
  /** It and all that it started. */
  readonly processes: number
  /** MB resident, and the most it ever was. */
  readonly rss: number
  readonly peak: number
}

/** MB that the master's memory may go up and down by without a leak: a page of the collector's here or there. */
const slack = 6

/** Milliseconds in which the pipes of a process that has gone are closed. */
const patience = 5000

/** What a master may hold, in MB. */
const limit = 70

/** HUPs a container of `processes` workers `count` times, each when the one before is done, and prints what it held. */
export async function benchManyReloads(container: Child, processes: number, count: number): Promise<void> {
  const members = 1 + processes
  await atRest(container, members, Infinity)
  const before = footprint(container)
  const seen: [done: number, print: Footprint][] = [[0, before]]
  const begun = performance.now()
  for (let done = 1; done <= count; done += 1) {
    const from = container.output.length
    container.signal('SIGHUP')
    await container.until(/ - (?:not )?reloaded/, 60_000, from)
    if (container.output.indexOf('not reloaded', from) !== -1) throw new Error(container.output.slice(from))
    if (done % Math.max(1, Math.floor(count / 10)) === 0) {
      await atRest(container, members, before.descriptors)
      seen.push([done, footprint(container)])
    }
    if (done % 10 === 0) process.stderr.write(`\rreload ${done} of ${count}\u001B[K`)
  }
  process.stderr.write('\r\u001B[K')
  const each = ((performance.now() - begun) / count).toFixed(0)
  process.stdout.write(`the master over ${count} reloads in a row of ${processes} workers, ${each} ms each:\n`)
  for (const [done, { descriptors, processes: all, rss, peak }] of seen)
    process.stdout.write(
      `  after ${String(done).padStart(4)}: ${descriptors} descriptors, ${all} processes, ${rss.toFixed(1)} MB (at most ${peak.toFixed(1)})\n`,
    )
  report(seen.map(([, print]) => print))
}

function report(seen: readonly Footprint[]): void {
  // The first reload brings what every later one needs again: growth is what comes after it.
  const [first, second = first, last = second] = [seen[0], seen[1], seen.at(-1)]
  if (first === undefined || second === undefined || last === undefined) return
  const more = (name: keyof Footprint): string => {
    const growth = last[name] - second[name]
    return `${growth < 0 ? '' : '+'}${name === 'rss' ? growth.toFixed(1) : growth}`
  }
  const grown =
    last.descriptors > second.descriptors || last.processes > second.processes || last.rss > second.rss + slack
  process.stdout.write(
    `${grown ? 'GROWTH' : 'no growth'} since the first tenth: ${more('descriptors')} descriptors, ${more('processes')} processes, ${more('rss')} MB; ` +
      `the master ${last.peak < limit ? 'stayed below' : 'went ABOVE'} ${limit} MB\n`,
  )
}

/**
 * Resolves when those that were replaced have gone, and with them what the master had open for them; descriptors that
 * stay for `patience` are left to the count.
 */
async function atRest({ pid }: Child, members: number, descriptors: number): Promise<void> {
  await eventually(() => groupMembers(pid).length === members, { timeout: 30_000 })
  const deadline = performance.now() + patience
  await eventually(() => countDescriptors(pid) <= descriptors || performance.now() > deadline)
}

function countDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

function footprint({ pid }: Child): Footprint {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  const megabytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN) / 1024
  return {
    descriptors: countDescriptors(pid),
    processes: groupMembers(pid).length,
    rss: megabytes('VmRSS'),
    peak: megabytes('VmHWM'),
  }
}
