import type { OptionGroup } from '../option.ts'

/** What workers share: caches, queues, locks. */
export const sharing: OptionGroup = {
  heading: 'Sharing between workers',
  options: [],
  inert: [
    { names: 'locks', kind: 'text', needless: 'nothing here needs it' },
    { names: 'cache2 cache', kind: 'text', absent: 'there is no shared cache' },
  ],
}
