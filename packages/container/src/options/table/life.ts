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
    { names: 'harakiri', kind: 'number', absent: 'a request may take as long as it likes' },
    { names: 'harakiri-verbose', kind: 'flag', absent: 'it needs `harakiri`' },
    { names: 'max-requests', kind: 'number', absent: 'workers are not recycled by count' },
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
  ],
}
