import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'

/** What came in a form with a file. */
export interface Upload {
  readonly title: string
  readonly name: string
  readonly size: number
}

/** Reads a multipart form without keeping its file. */
export async function readUpload(request: IncomingMessage): Promise<Upload> {
  const parser = busboy({ headers: request.headers })
  let title = ''
  let name = ''
  let size = 0
  parser.on('field', (_name, value) => (title = value))
  parser.on('file', (_name, file, info) => {
    name = info.filename
    file.on('data', (chunk: Buffer) => (size += chunk.length))
  })
  await pipeline(request, parser)
  return { title, name, size }
}
