import type { OptionGroup } from '../option.ts'

/** Bounds on what a peer may send and how long it may take. */
export const limits: OptionGroup = {
  heading: 'Limits',
  options: [
    {
      name: 'buffer-size',
      aliases: ['b'],
      kind: 'number',
      range: [1024, 65535],
      default: '65535',
      origin: 'uwsgi',
      help: 'largest uwsgi packet and largest HTTP request head, in bytes',
    },
    {
      name: 'max-vars',
      aliases: ['v'],
      kind: 'number',
      range: [16, 65535],
      default: '512',
      origin: 'uwsgi',
      help: 'most variables in a uwsgi packet, most fields in an HTTP head',
    },
    {
      name: 'limit-post',
      kind: 'number',
      range: [0, Number.MAX_SAFE_INTEGER],
      default: '0',
      origin: 'uwsgi',
      help: 'largest request body in bytes, 0 for no limit',
    },
    {
      name: 'socket-timeout',
      aliases: ['z'],
      kind: 'number',
      range: [1, 86400],
      default: '4',
      origin: 'uwsgi',
      help: 'seconds that a uwsgi peer may stall',
    },
    {
      name: 'http-timeout',
      kind: 'number',
      range: [1, 86400],
      default: '60',
      origin: 'uwsgi',
      help: 'seconds that an HTTP client may stall',
    },
  ],
  inert: [
    {
      names: 'ignore-sigpipe ignore-write-errors disable-write-exception',
      kind: 'flag',
      needless: 'a client that leaves is no error here',
    },
    { names: 'write-errors-tolerance', kind: 'number', needless: 'a client that leaves is no error here' },
    { names: 'write-errors-exception-only', kind: 'flag', needless: 'a client that leaves is no error here' },
    {
      names: `post-buffering-bufsize body-read-warning upload-progress`,
      kind: 'text',
      needless: 'bodies are streamed to the application',
    },
    {
      names: `response-headers-limit`,
      kind: 'text',
      needless: "heads of responses are not bounded: they are the application's own",
    },
  ],
}
