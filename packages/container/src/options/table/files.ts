import type { OptionGroup } from '../option.ts'

/** What the master leaves on disk while it runs. */
export const files: OptionGroup = {
  heading: 'Files',
  options: [
    { name: 'pidfile', kind: 'path', origin: 'uwsgi', help: 'write the process id of the master here' },
    {
      name: 'vacuum',
      kind: 'flag',
      origin: 'uwsgi',
      help: 'remove unix sockets and the pid file at the end',
    },
  ],
  inert: [
    { names: 'safe-pidfile pidfile2 safe-pidfile2', kind: 'path', absent: 'use `pidfile`' },
    { names: 'file-write', kind: 'text', absent: 'write it before the container starts' },
  ],
}
