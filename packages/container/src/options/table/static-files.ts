import type { OptionGroup } from '../option.ts'

/** Files served without the application. */
export const staticFiles: OptionGroup = {
  heading: 'Static files',
  options: [],
  inert: [
    {
      names: 'static-map static-map2 check-static static-index static-expires static-gzip-all static-safe',
      kind: 'text',
      absent: 'let the proxy in front serve files',
    },
  ],
}
