import type { OptionGroup } from '../option.ts'

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
    {
      name: 'die-on-term',
      kind: 'flag',
      default: 'true',
      origin: 'uwsgi',
      help: 'TERM stops (always so here, and gracefully)',
    },
  ],
  inert: [
    { names: 'harakiri t', kind: 'number', absent: 'a request may take as long as it likes' },
    { names: 'harakiri-verbose', kind: 'flag', absent: 'it needs `harakiri`' },
    { names: 'max-requests R', kind: 'number', absent: 'workers are not recycled by count' },
    { names: 'max-worker-lifetime min-worker-lifetime', kind: 'number', absent: 'workers are not recycled by age' },
    {
      names: 'reload-on-rss reload-on-as evil-reload-on-rss evil-reload-on-as',
      kind: 'number',
      absent: 'workers are not recycled by memory',
    },
    {
      names: 'cheaper cheaper-initial cheaper-step cheaper-overload idle',
      kind: 'number',
      absent: 'the number of workers is fixed at `processes`',
    },
    {
      names: 'cheaper-algo cheaper-busyness-max cheaper-busyness-min cheaper-busyness-multiplier',
      kind: 'text',
      absent: 'the number of workers is fixed at `processes`',
    },
    {
      names: 'cheaper-busyness-backlog-alert cheaper-busyness-backlog-step',
      kind: 'text',
      absent: 'the number of workers is fixed at `processes`',
    },
    {
      names: `harakiri-graceful-timeout harakiri-graceful-signal harakiri-queue-threshold`,
      kind: 'text',
      absent: 'it needs `harakiri`',
    },
    {
      names: `harakiri-no-arh no-harakiri-arh no-harakiri-after-req-hook`,
      kind: 'flag',
      absent: 'it needs `harakiri`',
    },
    { names: 'max-requests-delta', kind: 'text', absent: 'workers are not recycled by count' },
    { names: 'max-worker-lifetime-delta', kind: 'text', absent: 'workers are not recycled by age' },
    {
      names: `reload-on-uss reload-on-pss mem-collector-freq`,
      kind: 'text',
      absent: 'workers are not recycled by memory',
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
      names: `cheap cheaper-algo-list cheaper-algos-list cheaper-list die-on-idle die-on-no-workers
      cheaper-busyness-verbose`,
      kind: 'flag',
      absent: 'the number of workers is fixed at `processes`',
    },
    {
      names: `cheaper-idle cheaper-rss-limit-soft cheaper-rss-limit-hard cheaper-busyness-penalty
      cheaper-busyness-backlog-multiplier cheaper-busyness-backlog-nonzero`,
      kind: 'text',
      absent: 'the number of workers is fixed at `processes`',
    },
  ],
}
