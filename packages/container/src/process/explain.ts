import { PreforkError } from '@trivet/prefork'
import { ContainerError } from '../config/diagnostic.ts'

/** What a log says of an error: a ContainerError's own words, those of one that was stopped, and the stack of what nobody foresaw. */
export function explain(error: unknown): string {
  if (error instanceof ContainerError || (error instanceof PreforkError && error.code === 'stopped'))
    return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Whether it says that workers were stopped before they were ready, which is nobody's failure. */
export const isStopped = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'stopped'
