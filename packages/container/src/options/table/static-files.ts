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
    {
      names: `check-static-docroot honour-range disable-sendfile`,
      kind: 'flag',
      absent: 'let the proxy in front serve files',
    },
    {
      names: `static-check static-skip-ext static-cache-paths static-cache-paths-name mimefile mime-file
      static-expires-type static-expires-type-mtime static-expires-mtime static-expires-uri
      static-expires-uri-mtime static-expires-path-info static-expires-path-info-mtime static-gzip
      static-gzip-dir static-gzip-prefix static-gzip-ext static-gzip-suffix file-serve-mode fileserve-mode`,
      kind: 'text',
      absent: 'let the proxy in front serve files',
    },
  ],
}
