export { serve } from './node/serve.ts'
export type { ReferenceServer, ServeOptions } from './node/serve.ts'
