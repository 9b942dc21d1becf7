import { closeSync } from 'node:fs'
import { openLog } from '@trivet/prefork/open-log'

/** Of new log files, as with uWSGI: the umask has the last word. */
const mode = 0o666

/** Opens a log file; throws as `openLog` does. */
export function openForAppending(path: string): number {
  return openLog(path, mode)
}

/** Gives a log file to those who write to it too, as `openLog` does. */
export function giveAway(path: string, uid: number | undefined, gid: number | undefined): void {
  closeSync(openLog(path, mode, { uid, gid }))
}
