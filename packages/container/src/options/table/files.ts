import type { OptionGroup } from '../option.ts'

/** What the master leaves on disk while it runs. */
export const files: OptionGroup = {
  heading: 'Files',
  options: [
    { name: 'pidfile', kind: 'path', origin: 'uwsgi', help: 'write the process id of the master here' },
    { name: 'pidfile2', kind: 'path', origin: 'uwsgi', help: 'the same once the workers serve' },
    {
      name: 'safe-pidfile',
      kind: 'path',
      origin: 'uwsgi',
      help: 'the same once the workers serve, so that a start that fails leaves the number of another; removed at the end',
    },
    { name: 'safe-pidfile2', kind: 'path', origin: 'uwsgi', help: 'the same as `safe-pidfile`' },
    {
      name: 'vacuum',
      kind: 'flag',
      origin: 'uwsgi',
      help: 'remove unix sockets and the pid file at the end',
    },
  ],
  inert: [{ names: 'file-write', kind: 'text', absent: 'write it before the container starts' }],
}
