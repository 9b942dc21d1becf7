import type { OptionGroup } from '../option.ts'

/** Where options come from, and what is done with them. */
export const configuration: OptionGroup = {
  heading: 'Configuration',
  options: [
    {
      name: 'ini',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'read an ini file, `file.ini`, `file.ini:section`, or `:section` of the present one',
    },
    {
      name: 'set-placeholder',
      aliases: ['set-ph', 'set'],
      kind: 'pair',
      repeat: true,
      origin: 'uwsgi',
      help: 'set NAME=VALUE for %(NAME)',
    },
    { name: 'strict', kind: 'flag', origin: 'uwsgi', help: 'unknown options are errors' },
    {
      name: 'show-config',
      kind: 'flag',
      origin: 'uwsgi',
      help: 'print the settings as one ini before starting',
    },
    {
      name: 'check',
      kind: 'flag',
      origin: 'trivet',
      help: 'read everything, load the application, report all problems, and exit',
    },
    { name: 'version', kind: 'flag', origin: 'uwsgi', help: 'print the version and exit' },
    { name: 'help', aliases: ['h'], kind: 'flag', origin: 'uwsgi', help: 'print this and exit' },
  ],
  inert: [],
}
