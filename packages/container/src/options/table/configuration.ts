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
      aliases: ['set-ph', 'set', 'S'],
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
    { name: 'help', aliases: ['usage', 'h'], kind: 'flag', origin: 'uwsgi', help: 'print this and exit' },
  ],
  inert: [
    {
      names: `xmlconfig xml x config fallback-config inherit include inject-before inject-after yaml y yml json j js
      sqlite3 sqlite`,
      kind: 'text',
      absent: 'files are read with `ini`',
    },
    {
      names: `get declare-option declare-option2 resolve blacklist whitelist connect-and-read extract print-sym
      print-symbol print iprint`,
      kind: 'text',
      absent: '`--check` and `--show-config` say what was understood',
    },
    {
      names: `end-blacklist end-whitelist dump-options exit`,
      kind: 'flag',
      absent: '`--check` and `--show-config` say what was understood',
    },
    {
      names: `privileged-binary-patch unprivileged-binary-patch privileged-binary-patch-arg
      unprivileged-binary-patch-arg dlopen binary-append-data build-plugin`,
      kind: 'text',
      needless: 'there are no plugins to build or to list',
    },
    {
      names: `plugins-list plugin-list autoload cflags dot-h config-py`,
      kind: 'flag',
      needless: 'there are no plugins to build or to list',
    },
  ],
}
