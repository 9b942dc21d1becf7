import type { Readable } from 'node:stream'
import { LineBuffer } from '../control/line-buffer.ts'

/** Which of a worker's streams a line came from. */
export type OutputStream = 'stdout' | 'stderr'

/** A longer line is delivered in pieces: nobody may fill the master's memory by never ending one. */
export const maxOutputLine: number = 64 * 1024

/** Drains a worker's stream line by line, whether anybody listens or not: a full pipe would stop the worker. */
export function drainLines(stream: Readable, onLine: (line: string) => void): void {
  const lines = new LineBuffer()
  const deliver = (line: string): void => {
    for (let start = 0; start === 0 || start < line.length; start += maxOutputLine) {
      onLine(line.slice(start, start + maxOutputLine))
    }
  }
  if (stream.readableEncoding !== 'utf8') stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    for (const line of lines.push(chunk)) deliver(line)
    if (lines.pending >= maxOutputLine) deliver(lines.take())
  })
  stream.on('end', () => {
    if (lines.pending > 0) deliver(lines.take())
  })
}
