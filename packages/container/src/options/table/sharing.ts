import type { OptionGroup } from '../option.ts'

/** What workers share: caches, queues, locks. */
export const sharing: OptionGroup = {
  heading: 'Sharing between workers',
  options: [
    {
      name: 'cache2',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'a cache for applications, by keys: name, items, blocksize, blocks, bitmap, keysize, purge_lru, ignore_full',
    },
    {
      name: 'cache',
      kind: 'text',
      repeat: true,
      origin: 'uwsgi',
      help: 'the older form: so many items in the cache `default`',
    },
    {
      name: 'locks',
      kind: 'number',
      range: [0, 1024],
      default: '0',
      origin: 'uwsgi',
      help: 'locks for applications beside lock 0',
    },
  ],
  inert: [
    { names: 'sharedarea A py-sharedarea', kind: 'text', absent: 'there is no shared memory' },
    {
      names: `cache-blocksize cache-store cache-store-sync cache-expire-freq cache-udp-server cache-udp-node
      cache-sync add-cache-item load-file-in-cache load-file-in-cache-gzip`,
      kind: 'text',
      absent: 'caches are in memory alone, and go with the master',
    },
    {
      names: `cache-no-expire cache-report-freed-items cache-use-last-modified check-cache`,
      kind: 'flag',
      absent: 'caches are in memory alone, and go with the master',
    },
    { names: `queue queue-blocksize queue-store queue-store-sync`, kind: 'text', absent: 'there is no shared queue' },
  ],
}
