import type { OptionGroup } from '../option.ts'

/** Rules on requests and responses ahead of the application. */
export const routing: OptionGroup = {
  heading: 'Routing',
  options: [],
  inert: [
    {
      names: 'route route-if route-host route-uri add-header response-header',
      kind: 'text',
      absent: 'let the proxy in front do it',
    },
  ],
}
