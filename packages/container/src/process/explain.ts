import { PreforkError } from '@trivet/prefork'
import { ContainerError } from '../config/diagnostic.ts'

/** What a log says of an error: the own words of what was foreseen, and the stack of what nobody did. */
export function explain(error: unknown): string {
  if (error instanceof ContainerError || error instanceof PreforkError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Whether something was given up since the container, or its master, stops. */
export function isStopped(error: unknown): boolean {
  return error instanceof PreforkError && (error.code === 'stopped' || error.code === 'wrong-state')
}
