export type { Address } from './address.ts'
export { PreforkError, type PreforkErrorCode } from './error.ts'
export { joinMaster } from './worker/join.ts'
export type { DrainListener, InheritedListener, WorkerLink } from './worker/link.ts'
