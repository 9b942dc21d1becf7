import type { Option, OptionGroup } from '../option.ts'

const touching: Readonly<Record<string, string>> = {
  'touch-reload': 'reload when this file is touched',
  'touch-chain-reload': 'replace the workers one after the other when this file is touched',
  'touch-workers-reload': 'replace the workers, with the configuration as it is, when this file is touched',
  'touch-mules-reload': 'replace the mules when this file is touched',
  'touch-logrotate': 'rotate the log when this file is touched',
  'touch-logreopen': 'reopen the log when this file is touched',
}

const touches: readonly Option[] = Object.entries(touching).map(([name, help]) => ({
  name,
  kind: 'path',
  repeat: true,
  origin: 'uwsgi',
  help,
}))

/** What makes the container take new code, and what else a touched file does. */
export const reloads: OptionGroup = {
  heading: 'Reloads and touched files',
  options: [
    ...touches,
    {
      name: 'touch-exec',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'FILE COMMAND: run it when the file is touched',
    },
    {
      name: 'hook-touch',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'FILE ACTION:ARGUMENT: do it when the file is touched',
    },
    {
      name: 'reload',
      kind: 'flag',
      origin: 'trivet',
      help: 'for development: reload as soon as a source in the folder of the application changes',
    },
    {
      name: 'fs-reload',
      aliases: ['fs-brutal-reload'],
      kind: 'path',
      repeat: true,
      origin: 'uwsgi',
      help: 'reload when this file, or something in this folder, changes',
    },
  ],
  inert: [
    {
      names: `stop pause suspend resume`,
      kind: 'text',
      absent: 'it speaks to a running instance, as the whole command line: `trivet-container --stop PIDFILE`',
    },
    { names: 'exit-on-reload', kind: 'flag', absent: 'use signals or `touch-reload`' },
    {
      names: `reload-on-fd brutal-reload-on-fd touch-spoolers-reload
      touch-signal fs-signal check-mountpoint mountpoint-check
      check-mount mount-check`,
      kind: 'text',
      absent: 'use signals or `touch-reload`',
    },
  ],
}
