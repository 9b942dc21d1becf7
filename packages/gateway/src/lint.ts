export { lint } from './lint/lint.ts'
export { LintError } from './lint/lint-error.ts'
export type { LintCode } from './lint/lint-error.ts'
