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
      name: 'yaml',
      aliases: ['yml', 'y'],
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'read a YAML file: `uwsgi:` and options below it, or `file.yaml:key`',
    },
    {
      name: 'json',
      aliases: ['js', 'j'],
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'read a JSON file: {"uwsgi": {...}}, or `file.json:key`',
    },
    {
      name: 'config',
      aliases: ['include'],
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'read a file by its ending: .ini, .yaml, .yml, .json, .ts, .mts, .js or .mjs; ini without one',
    },
    {
      name: 'set',
      aliases: ['S'],
      kind: 'pair',
      repeat: true,
      origin: 'uwsgi',
      help: 'set NAME=VALUE, an option or something for %(NAME)',
    },
    {
      name: 'set-placeholder',
      aliases: ['set-ph'],
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
    {
      name: 'help',
      aliases: ['usage', 'h'],
      kind: 'flag',
      origin: 'uwsgi',
      help: 'print this and exit; `--help NAME` explains one option, `--help all` lists every one there is',
    },
  ],
  inert: [
    { names: 'xml x xmlconfig', kind: 'text', refused: 'write the same options as ini, YAML or JSON' },
    {
      names: 'inherit inject-before inject-after sqlite3 sqlite',
      kind: 'text',
      refused: '`include` reads another file where it stands',
    },
    { names: 'fallback-config', kind: 'text', absent: 'a configuration with errors is told, not replaced by another' },
    {
      names: 'get connect-and-read extract print-sym print-symbol print iprint',
      kind: 'text',
      absent: '`--check` and `--show-config` say what was understood',
    },
    {
      names: 'dump-options exit',
      kind: 'flag',
      absent: '`--help all` lists the options, `--check` ends after reading them',
    },
    {
      names: 'declare-option declare-option2 resolve',
      kind: 'text',
      refused: 'write the options it stands for',
    },
    { names: 'blacklist whitelist', kind: 'text', refused: 'whoever writes the configuration decides' },
    { names: 'end-blacklist end-whitelist', kind: 'flag', refused: 'whoever writes the configuration decides' },
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
