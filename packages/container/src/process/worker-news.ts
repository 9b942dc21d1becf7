/** What the log says of workers that come, go and are dealt with. */
import type { Master, PolicyAction, WorkerInfo } from '@trivet/prefork'
import type { ContainerLog } from './log.ts'
import type { Tiers } from './tiers.ts'

/** What a container is doing: while it starts, whoever waits for it is told of workers that fail. */
export type ContainerPhase = 'starting' | 'serving' | 'stopping'

/** Follows the workers of a container from its start to its end. */
export function reportWorkers({ application, fronts }: Tiers, log: ContainerLog, phase: () => ContainerPhase): void {
  application.on('ready', (worker) => log.event(`${nameOf(worker)} is ready${servedBy(worker.info)}`))
  application.on('output', (worker, _stream, line) => log.output(worker.slot, line))
  application.on('exit', (worker, code, signal) => {
    if (phase() !== 'starting' && isCurrent(application, worker))
      log.event(`${nameOf(worker)} left${howItLeft(code, signal)}`)
  })
  application.on('failed', (worker, error) => {
    // One that ran and ended is told by its exit; here are those that did not come up again.
    if (phase() === 'starting' || !isCurrent(application, worker)) return
    if (error.code !== 'exited' && error.code !== 'killed')
      log.event(`${nameOf(worker)} failed: ${error.account || error.message}`)
  })
  application.on('action', (action, worker) => log.event(describeAction(action, worker)))
  fronts?.on('output', (worker, _stream, line) => log.output(worker.slot, line, 'front'))
  fronts?.on('exit', (worker, code, signal) => {
    if (phase() === 'serving' && isCurrent(fronts, worker))
      log.event(`${nameOf(worker, 'front')} left${howItLeft(code, signal)}`)
  })
}

/** Workers of a generation that did not come up are the business of whoever asked for it. */
function isCurrent({ generation }: Master, worker: WorkerInfo): boolean {
  return worker.generation <= generation
}

function nameOf({ slot, pid }: WorkerInfo, kind: 'worker' | 'front' = 'worker'): string {
  return `${kind} ${slot + 1} (pid: ${pid ?? 'none'})`
}

function servedBy(info: unknown): string {
  return typeof info === 'object' && info !== null && 'application' in info && 'interface' in info
    ? `, serving ${String(info.application)} (${String(info.interface)})`
    : ''
}

/** What the policy has decided. */
function describeAction(action: PolicyAction, worker: WorkerInfo | undefined): string {
  if (worker === undefined || action.kind === 'resize')
    return `${'size' in action ? `${action.size} worker${action.size === 1 ? '' : 's'} from now on: ` : ''}${action.reason}`
  const name = nameOf(worker)
  return action.kind === 'kill' ? `${name} is killed: ${action.reason}` : `${name} is replaced: ${action.reason}`
}

function howItLeft(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) return `: killed by ${signal}`
  return code === 0 ? '' : ` with code ${code}`
}
