/** The files of `public/`, for when no proxy stands in front; with one, these requests never come here. */
import { readFileSync, readdirSync } from 'node:fs'
import { extname } from 'node:path'
import type { Handler } from 'hono'

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const folder = new URL('../public/assets/', import.meta.url)
const files = new Map(readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder))]))

export const serveAsset: Handler = (context) => {
  const name = context.req.param('name') ?? ''
  const file = files.get(name)
  if (file === undefined) return context.notFound()
  return context.body(new Uint8Array(file), 200, {
    'Content-Type': types[extname(name)] ?? 'application/octet-stream',
    'Cache-Control': 'public, max-age=300',
  })
}
