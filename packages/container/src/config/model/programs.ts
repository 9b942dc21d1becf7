/** What options/table/programs.ts means. */
import { readCron, readKeyedCron, type CronSettings } from '../../cron/settings.ts'
import { readDaemon, readKeyedDaemon, readSmartDaemon, type DaemonSettings } from '../../daemons/settings.ts'
import { hookPhases, type HookPhase } from '../../hooks/phases.ts'
import { readHook, type Hook, type HookSettings } from '../../hooks/settings.ts'
import type { Reading } from '../reading.ts'

/** What runs beside the workers. */
export interface ProgramSettings {
  readonly daemons: readonly DaemonSettings[]
  readonly cron: readonly CronSettings[]
  readonly hooks: HookSettings
}

/** Reads daemons, cron jobs and hooks. */
export function resolvePrograms(reading: Reading): ProgramSettings {
  return {
    daemons: readDaemons(reading),
    cron: readCronJobs(reading),
    hooks: readHooks(reading),
  }
}

const daemonOptions: Readonly<Record<string, (text: string, directory: string) => DaemonSettings>> = {
  'attach-daemon': readDaemon,
  'attach-control-daemon': (text, directory) => ({ ...readDaemon(text, directory), control: true }),
  'attach-daemon2': readKeyedDaemon,
  'smart-attach-daemon': readSmartDaemon,
  'smart-attach-daemon2': (text, directory) => ({ ...readSmartDaemon(text, directory), daemonize: true }),
}

function readDaemons({ values, directory }: Reading): readonly DaemonSettings[] {
  return Object.entries(daemonOptions).flatMap(([name, read]) => values.every(name, (text) => read(text, directory)))
}

function readCronJobs({ values }: Reading): readonly CronSettings[] {
  const harakiri = values.number('cron-harakiri')
  return [
    ...values.every('cron', (text) => readCron(text, false, harakiri)),
    ...values.every('unique-cron', (text) => readCron(text, true, harakiri)),
    ...values.every('cron2', (text) => readKeyedCron(text, harakiri)),
  ]
}

function readHooks({ values }: Reading): HookSettings {
  const read = (phase: HookPhase): readonly Hook[] => [
    ...values.every(`hook-${phase}`, readHook),
    ...values.every(`exec-${phase}`, (text) => readHook(`exec:${text}`)),
  ]
  return Object.fromEntries(hookPhases.map((phase) => [phase, read(phase)])) as Record<HookPhase, readonly Hook[]>
}
