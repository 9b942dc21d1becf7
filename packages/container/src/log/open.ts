import { truncateSync } from 'node:fs'
import type { LogSettings } from '../config/model/logs.ts'
import { FileLines, type LineWriter } from './line-writer.ts'
import { LineRouter, type StreamSettings } from './router.ts'

/** Where the master puts its own lines, and those of requests. */
export interface LogStreams {
  readonly events: LineWriter
  readonly requests: LineWriter
}

/** Opens the log; `standard` is where lines go when nothing is said. Throws when a file cannot be opened. */
export function openLog(settings: LogSettings, standard: LineWriter): LogStreams {
  const { file, events, requestLines, truncate } = settings
  if (truncate) for (const path of new Set(filesOf(settings))) emptyFile(path)
  const own = events !== undefined ? new LineRouter(events) : file === undefined ? standard : new FileLines(file)
  return { events: own, requests: requestLines === undefined ? own : new LineRouter(requestLines) }
}

/** Every file of the log. */
export function filesOf({ file, events, requestLines }: LogSettings): readonly string[] {
  const paths = (stream: StreamSettings | undefined): readonly string[] =>
    (stream?.loggers ?? []).flatMap(({ sink }) => (sink.kind === 'file' ? [sink.path] : []))
  return [...(file === undefined ? [] : [file]), ...paths(events), ...paths(requestLines)]
}

function emptyFile(path: string): void {
  try {
    truncateSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
