export { fromNode } from './node/from-node.ts'
export type { NodeListener } from './node/from-node.ts'
export { toNode } from './node/to-node.ts'
export type { ToNodeOptions } from './node/to-node.ts'
