import { PidFile } from '@trivet/prefork'
import { ContainerError } from '../config/diagnostic.ts'
import type { FileSettings } from '../config/model/files.ts'

/** Writes the pid files, the late ones only when the workers serve; throws ContainerError `START` when one cannot be written. */
export function writePidFiles({ pidFile, latePidFiles }: FileSettings, serving: boolean): void {
  if (pidFile !== undefined) write('pidfile', pidFile)
  if (serving) for (const { option, path } of latePidFiles) write(option, path)
}

/** At the end: all with `vacuum`, else those that are made to go. */
export function removePidFiles({ pidFile, latePidFiles, vacuum }: FileSettings): void {
  const late = latePidFiles.filter(({ safe }) => safe || vacuum).map(({ path }) => path)
  for (const path of [...(pidFile !== undefined && vacuum ? [pidFile] : []), ...late]) new PidFile(path).remove()
}

function write(option: string, path: string): void {
  try {
    new PidFile(path).write()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ContainerError('START', `\`${option}\`: cannot write ${path}: ${why}`, { cause })
  }
}
