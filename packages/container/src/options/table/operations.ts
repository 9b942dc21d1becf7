import type { OptionGroup } from '../option.ts'

/** How an operator sees the container and starts it. */
export const operations: OptionGroup = {
  heading: 'Operation',
  options: [],
  inert: [
    { names: 'stats stats-server', kind: 'text', absent: 'USR1 prints the figures to the log' },
    { names: 'stats-http', kind: 'flag', absent: 'USR1 prints the figures to the log' },
    {
      names: 'daemonize daemonize2 d',
      kind: 'path',
      absent: 'the master stays in the foreground; let a service manager start it',
    },
    { names: 'emperor', kind: 'text', absent: 'start one container per configuration' },
  ],
}
