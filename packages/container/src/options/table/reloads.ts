import type { OptionGroup } from '../option.ts'

/** What makes the container take new code. */
export const reloads: OptionGroup = {
  heading: 'Reloads',
  options: [
    {
      name: 'touch-reload',
      kind: 'path',
      repeat: true,
      origin: 'uwsgi',
      help: 'reload when this file is touched',
    },
  ],
  inert: [
    {
      names: 'master-fifo touch-chain-reload touch-logreopen fs-reload',
      kind: 'path',
      absent: 'use signals or `touch-reload`',
    },
    {
      names: `stop reload pause suspend resume`,
      kind: 'text',
      absent:
        'it acts on a running instance: send the signal to the process of `pidfile`, TERM to stop and HUP to reload',
    },
    { names: 'exit-on-reload', kind: 'flag', absent: 'use signals or `touch-reload`' },
    {
      names: `reload-on-fd brutal-reload-on-fd touch-workers-reload touch-mules-reload touch-spoolers-reload
      touch-logrotate touch-exec touch-signal fs-brutal-reload fs-signal check-mountpoint mountpoint-check
      check-mount mount-check`,
      kind: 'text',
      absent: 'use signals or `touch-reload`',
    },
  ],
}
