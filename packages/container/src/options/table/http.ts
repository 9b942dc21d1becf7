import type { OptionGroup } from '../option.ts'

/** Front workers: how HTTP reaches applications whose own workers do not speak it. */
export const http: OptionGroup = {
  heading: 'HTTP',
  options: [
    {
      name: 'http-processes',
      aliases: ['http-workers'],
      kind: 'number',
      range: [1, 1024],
      default: '1',
      origin: 'uwsgi',
      help: 'processes that speak HTTP for Python workers; JavaScript workers speak it themselves',
    },
    {
      name: 'post-buffering',
      kind: 'number',
      range: [0, 1073741824],
      default: '65536',
      origin: 'uwsgi',
      help: 'bytes of a request body that they keep in memory; what is more goes to a temporary file',
    },
  ],
  inert: [],
}
