import type { OptionGroup } from '../option.ts'

/** What is served, and its surroundings. */
export const application: OptionGroup = {
  heading: 'Application',
  options: [
    {
      name: 'module',
      aliases: ['wsgi', 'w'],
      kind: 'module',
      origin: 'uwsgi',
      help: 'the application: a JavaScript file (extension optional) or package, or a Python module, then `:export` unless it is the default one',
    },
    {
      name: 'callable',
      kind: 'text',
      origin: 'uwsgi',
      help: 'name of the export, when `module` does not say it',
    },
    {
      name: 'runtime',
      kind: 'choice',
      choices: ['javascript', 'python'],
      origin: 'trivet',
      help: 'the language of the application; found out by `module` and `wsgi-file` unless it is said',
    },
    {
      name: 'plugins',
      mapped: true,
      aliases: ['plugin', 'need-plugin', 'need-plugins'],
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'python or python3: the application is Python; everything else is built in',
    },
    {
      name: 'interface',
      kind: 'choice',
      choices: ['auto', 'tsgi', 'fetch', 'node', 'wsgi', 'asgi'],
      default: 'auto',
      origin: 'trivet',
      help: 'what the export is: a gateway application, a fetch handler, a Node listener; in Python WSGI or ASGI; auto tells them apart',
    },
    {
      name: 'middleware',
      kind: 'module',
      repeat: true,
      origin: 'trivet',
      help: 'a module whose export (default: the default one) is put before the application; the first is the outermost',
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
      mapped: true,
      origin: 'uwsgi',
      help: 'exit with 22 when the application does not load at the start (always on)',
    },
    {
      name: 'mount',
      kind: 'pair',
      repeat: true,
      origin: 'uwsgi',
      help: '/PATH=MODULE[:EXPORT]: a further application; the longest path that fits is served, by whole segments',
    },
    {
      name: 'manage-script-name',
      kind: 'flag',
      origin: 'uwsgi',
      help: 'find the mount by the request’s path; without it a proxy in front says it by SCRIPT_NAME',
    },
  ],
  inert: [
    { names: 'no-default-app', kind: 'flag', needless: 'only the application that `module` names is served' },
    { names: 'vhost', kind: 'flag', absent: 'one application is served, at the root' },
    {
      names: 'plugin-dir plugins-dir',
      kind: 'text',
      needless: 'all protocols are built in',
    },
    { names: 'force-cwd chdir2', kind: 'text', absent: 'use `chdir`' },
    { names: 'ienv envdir early-envdir unenv', kind: 'text', absent: 'use `env`' },
  ],
}
