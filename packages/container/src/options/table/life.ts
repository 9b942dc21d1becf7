import type { Option, OptionGroup } from '../option.ts'

const most = Number.MAX_SAFE_INTEGER

/** Whole numbers, off at 0 unless there is a default. */
const numbers: readonly (readonly [name: string, help: string, fallback?: string, aliases?: readonly string[]])[] = [
  ['harakiri', 'seconds that a request may take; then the client gets 504 and a stuck worker is replaced', '0', ['t']],
  [
    'harakiri-graceful-timeout',
    'further seconds before the master kills a worker that does not end such a request',
    '0',
  ],
  ['max-requests', 'replace a worker after so many requests, its successor first', '0', ['R']],
  ['max-requests-delta', 'added to `max-requests` for each worker before it, so that not all go at once', '0'],
  ['max-worker-lifetime', 'replace a worker after so many seconds, its successor first', '0'],
  ['max-worker-lifetime-delta', 'added to `max-worker-lifetime` for each worker before it', '0'],
  ['min-worker-lifetime', 'seconds before which no worker is replaced', '10'],
  ['reload-on-rss', 'replace a worker that holds so many megabytes of memory', '0'],
  ['reload-on-as', 'replace a worker with so many megabytes of address space', '0'],
  ['evil-reload-on-rss', 'kill a worker that holds so many megabytes of memory', '0'],
  ['evil-reload-on-as', 'kill a worker with so many megabytes of address space', '0'],
  ['cheaper', 'fewest workers: their number follows the load between this and `processes`', '0'],
  ['cheaper-initial', 'workers at the start under `cheaper`; else as many as `cheaper`'],
  ['cheaper-step', 'workers added at once', '1'],
  ['cheaper-overload', 'seconds that all must be busy before workers are added, or of a cycle of `busyness`', '3'],
  ['cheaper-busyness-max', 'percent of their time above which workers are added', '50'],
  ['cheaper-busyness-min', 'percent of their time below which a worker is retired', '25'],
  ['cheaper-busyness-multiplier', 'cycles below it before that happens', '10'],
  ['cheaper-busyness-penalty', 'cycles added when a worker was retired too soon', '2'],
  ['cheaper-busyness-backlog-alert', 'connections waiting that call for workers at once', '33'],
  ['cheaper-busyness-backlog-step', 'workers added then', '1'],
  ['idle', 'seconds without a request after which all workers leave until somebody connects', '0'],
]

const counted: readonly Option[] = numbers.map(([name, help, fallback, aliases]) => ({
  name,
  ...(aliases === undefined ? {} : { aliases }),
  kind: 'number',
  range: [0, most],
  ...(fallback === undefined ? {} : { default: fallback }),
  origin: 'uwsgi',
  help,
}))

/** When a worker is replaced, and how many there are at a time. */
export const life: OptionGroup = {
  heading: 'Life of workers',
  options: [
    {
      name: 'worker-reload-mercy',
      aliases: ['reload-mercy'],
      kind: 'number',
      range: [1, 86400],
      default: '60',
      origin: 'uwsgi',
      help: 'seconds that running requests get on reload and stop',
    },
    ...counted,
    {
      name: 'harakiri-verbose',
      kind: 'flag',
      origin: 'uwsgi',
      help: 'with a request that took too long, say what its worker was waiting for',
    },
    {
      name: 'cheaper-algo',
      kind: 'choice',
      choices: ['spare', 'busyness'],
      default: 'spare',
      origin: 'uwsgi',
      help: 'what the number of workers follows: whether all are busy, or for how much of their time they are',
    },
    {
      name: 'die-on-term',
      kind: 'flag',
      default: 'true',
      origin: 'uwsgi',
      help: 'TERM stops, and lets running requests finish; false has effect under `compat` only',
    },
    {
      name: 'compat',
      kind: 'choice',
      choices: ['none', '2.0'],
      default: 'none',
      origin: 'trivet',
      help: 'traps of uWSGI 2.0 as they were: TERM kills the workers and starts new ones, unless `die-on-term` is set',
    },
  ],
  inert: [
    {
      names: `harakiri-graceful-signal harakiri-queue-threshold`,
      kind: 'text',
      absent: 'a request that is over its time is ended, whatever else waits',
    },
    {
      names: `harakiri-no-arh no-harakiri-arh no-harakiri-after-req-hook`,
      kind: 'flag',
      needless: 'no hook runs after a request',
    },
    {
      names: `reload-on-uss reload-on-pss mem-collector-freq`,
      kind: 'text',
      absent: 'use `reload-on-rss` or `reload-on-as`',
    },
    {
      names: `catch-exceptions reload-on-exception`,
      kind: 'flag',
      absent: 'an exception is answered with 500 and logged; the worker goes on',
    },
    {
      names: `reload-on-exception-type reload-on-exception-value reload-on-exception-repr exception-handler`,
      kind: 'text',
      absent: 'an exception is answered with 500 and logged; the worker goes on',
    },
    {
      names: `cheaper-algo-list cheaper-algos-list cheaper-list cheaper-busyness-verbose`,
      kind: 'flag',
      needless: 'every change of the number of workers is logged with its reason',
    },
    {
      names: `cheap die-on-idle die-on-no-workers`,
      kind: 'flag',
      absent: 'there are workers from the start; `idle` lets them go',
    },
    {
      names: `cheaper-idle cheaper-rss-limit-soft cheaper-rss-limit-hard cheaper-busyness-backlog-multiplier
      cheaper-busyness-backlog-nonzero`,
      kind: 'text',
      absent: 'the number of workers follows what `cheaper-algo` says',
    },
  ],
}
