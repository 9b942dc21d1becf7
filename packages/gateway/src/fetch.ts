export { fromFetch } from './fetch/from-fetch.ts'
export type { FetchHandler } from './fetch/from-fetch.ts'
export { toFetch } from './fetch/to-fetch.ts'
