import type { OptionGroup } from '../option.ts'

/** Where and in which protocol the container serves. */
export const sockets: OptionGroup = {
  heading: 'Sockets',
  options: [
    {
      name: 'socket',
      aliases: ['uwsgi-socket', 's'],
      kind: 'address',
      repeat: true,
      origin: 'uwsgi',
      help: 'serve the uwsgi protocol on HOST:PORT, :PORT or a path',
    },
    {
      name: 'http-socket',
      kind: 'address',
      repeat: true,
      origin: 'uwsgi',
      help: 'serve HTTP on HOST:PORT, :PORT or a path',
    },
    {
      name: 'http',
      kind: 'address',
      repeat: true,
      origin: 'uwsgi',
      help: 'the same: the workers speak HTTP themselves, no router process stands before them',
    },
    {
      name: 'chmod-socket',
      aliases: ['C'],
      kind: 'mode',
      bare: '666',
      origin: 'uwsgi',
      help: 'mode of unix sockets, octal',
    },
    {
      name: 'chown-socket',
      kind: 'text',
      origin: 'uwsgi',
      help: 'owner of unix sockets, USER[:GROUP]',
    },
    {
      name: 'listen',
      aliases: ['l'],
      kind: 'number',
      range: [1, 65535],
      default: '1024',
      origin: 'uwsgi',
      help: 'length of the queue of connections not accepted yet',
    },
  ],
  inert: [
    { names: 'thunder-lock', kind: 'flag', needless: 'workers accept without blocking, so nothing has to be locked' },
    {
      names: 'http-keepalive http-auto-chunked http11-socket',
      kind: 'text',
      needless: 'every HTTP front has keep-alive and chunked bodies',
    },
    { names: 'http-processes http-workers', kind: 'number', needless: 'the workers speak HTTP themselves' },
    { names: 'protocol', kind: 'text', absent: 'the option says it: `socket` speaks uwsgi, `http-socket` HTTP' },
    {
      names: 'fastcgi-socket scgi-socket https https-socket',
      kind: 'text',
      absent: 'the fronts are `socket`, `http-socket` and `http`',
    },
  ],
}
