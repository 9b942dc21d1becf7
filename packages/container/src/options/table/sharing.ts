import type { OptionGroup } from '../option.ts'

/** What workers share: caches, queues, locks. */
export const sharing: OptionGroup = {
  heading: 'Sharing between workers',
  options: [],
  inert: [
    { names: 'locks', kind: 'text', needless: 'nothing here needs it' },
    { names: 'cache2 cache', kind: 'text', absent: 'there is no shared cache' },
    { names: 'sharedarea A py-sharedarea', kind: 'text', absent: 'there is no shared memory' },
    {
      names: `cache-blocksize cache-store cache-store-sync cache-expire-freq cache-udp-server cache-udp-node
      cache-sync add-cache-item load-file-in-cache load-file-in-cache-gzip`,
      kind: 'text',
      absent: 'there is no shared cache',
    },
    {
      names: `cache-no-expire cache-report-freed-items cache-use-last-modified check-cache`,
      kind: 'flag',
      absent: 'there is no shared cache',
    },
    { names: `queue queue-blocksize queue-store queue-store-sync`, kind: 'text', absent: 'there is no shared queue' },
  ],
}
