/** The moments at which hooks run, in their order. */
export const hookPhases = [
  'asap',
  'pre-jail',
  'post-jail',
  'in-jail',
  'as-root',
  'as-user',
  'master-start',
  'pre-app',
  'post-fork',
  'accepting1-once',
  'accepting1',
  'accepting-once',
  'accepting',
  'post-app',
  'as-mule',
  'as-user-atexit',
] as const

export type HookPhase = (typeof hookPhases)[number]

/** The phases that have an `exec-` option too. */
export const execPhases: readonly HookPhase[] = [
  'asap',
  'pre-jail',
  'post-jail',
  'in-jail',
  'as-root',
  'as-user',
  'pre-app',
  'post-app',
  'as-user-atexit',
]
