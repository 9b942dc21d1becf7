import type { OptionGroup } from '../option.ts'

/** How many processes there are and as whom they run. */
export const workers: OptionGroup = {
  heading: 'Workers',
  options: [
    {
      name: 'processes',
      aliases: ['workers', 'p'],
      kind: 'number',
      range: [1, 1024],
      default: '1',
      origin: 'uwsgi',
      help: 'number of worker processes',
    },
    {
      name: 'master',
      aliases: ['M'],
      kind: 'flag',
      default: 'true',
      origin: 'uwsgi',
      help: 'there is always a master here',
    },
    { name: 'uid', kind: 'text', origin: 'uwsgi', help: 'user of the workers, name or number' },
    { name: 'gid', kind: 'text', origin: 'uwsgi', help: 'group of the workers, name or number' },
  ],
  inert: [
    { names: 'auto-procname', kind: 'flag', needless: 'workers name themselves' },
    {
      names: 'procname-prefix procname-prefix-spaced procname',
      kind: 'text',
      absent: 'workers are called after their slot',
    },
    {
      names: 'close-on-exec close-on-exec2',
      kind: 'flag',
      needless: 'descriptors are never handed to programs the application starts',
    },
    { names: 'no-orphans', kind: 'flag', needless: 'workers always leave with their master' },
    { names: 'max-fd', kind: 'number', needless: 'Node raises the number of descriptors to its hard limit by itself' },
    { names: 'reaper', kind: 'text', needless: 'nothing here needs it' },
    { names: 'honour-stdin', kind: 'flag', needless: 'workers read nothing from standard input' },
    { names: 'offload-threads', kind: 'number', needless: 'writing never blocks a worker' },
  ],
}
