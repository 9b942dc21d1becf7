import type { OptionGroup } from '../option.ts'

/** What else runs under the master: daemons, cron, mules, the spooler, hooks. */
export const programs: OptionGroup = {
  heading: 'Programs beside the workers',
  options: [],
  inert: [
    { names: 'attach-daemon attach-daemon2 smart-attach-daemon', kind: 'text', absent: 'no daemon is started' },
    { names: 'cron cron2 unique-cron', kind: 'text', absent: 'nothing is run at a time' },
    { names: 'mule mules farm', kind: 'text', absent: 'there are no mules' },
    {
      names: 'spooler spooler-processes spooler-frequency spooler-harakiri spooler-ordered spooler-quiet',
      kind: 'text',
      absent: 'there is no spooler',
    },
    {
      names: 'hook-master-start hook-post-fork hook-pre-app exec-asap exec-pre-app exec-post-app',
      kind: 'text',
      absent: 'no hooks are run',
    },
  ],
}
