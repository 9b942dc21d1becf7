import type { OptionGroup } from '../option.ts'

/** What is served, and its surroundings. */
export const application: OptionGroup = {
  heading: 'Application',
  options: [
    {
      name: 'module',
      aliases: ['wsgi-file', 'file', 'wsgi', 'w'],
      kind: 'module',
      origin: 'uwsgi',
      help: 'the application: a file (extension optional) or a package, then `:export` unless it is the default one',
    },
    {
      name: 'callable',
      kind: 'text',
      origin: 'uwsgi',
      help: 'name of the export, when `module` does not say it',
    },
    {
      name: 'interface',
      kind: 'choice',
      choices: ['auto', 'tsgi', 'fetch', 'node'],
      default: 'auto',
      origin: 'trivet',
      help: 'what the export is: a gateway application, a fetch handler, a Node listener; auto tells them apart',
    },
    {
      name: 'chdir',
      kind: 'path',
      origin: 'uwsgi',
      help: 'working directory of the workers; `module` and unix sockets are relative to it',
    },
    {
      name: 'env',
      kind: 'pair',
      repeat: true,
      origin: 'uwsgi',
      help: 'set an environment variable, NAME=VALUE',
    },
    {
      name: 'need-app',
      kind: 'flag',
      origin: 'uwsgi',
      help: 'exit with 22 when the application does not load at the start (always on)',
    },
  ],
  inert: [
    { names: 'no-default-app', kind: 'flag', needless: 'only the application that `module` names is served' },
    { names: 'mount', kind: 'text', absent: 'one application is served, at the root' },
    { names: 'manage-script-name', kind: 'flag', absent: 'it needs `mount`' },
    { names: 'vhost', kind: 'flag', absent: 'one application is served, at the root' },
    {
      names: 'plugins plugin need-plugin need-plugins plugin-dir plugins-dir',
      kind: 'text',
      needless: 'all protocols are built in',
    },
    { names: 'force-cwd chdir2', kind: 'text', absent: 'use `chdir`' },
    { names: 'ienv envdir early-envdir unenv', kind: 'text', absent: 'use `env`' },
  ],
}
