export { checkWorker, type CheckOptions, type RuleReport } from './check/check.ts'
export type { WorkerUnderTest } from './check/pretender.ts'
