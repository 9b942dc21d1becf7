/** Files below a folder, to GET and HEAD; whatever is no file there goes to the application inside. */
import { join, resolve } from 'node:path'
import mime from 'mime'
import { encodePath, fileWrapper } from '@trivet/gateway/server'
import type { Application, Body, Environ, HeaderList, Middleware, StartResponse } from '@trivet/gateway'
import { rangeFits, weighPreconditions } from '../conditional/preconditions.ts'
import { answerPlain } from '../exchange/plain-answer.ts'
import { byteRange } from './byte-range.ts'
import { filePath } from './file-path.ts'
import { type OpenFile, type OpenPolicy, type SymlinkPolicy, openFile } from './open-file.ts'
import { openPrecompressed } from './precompressed.ts'

/** Options of `staticFiles`. */
export interface StaticFilesOptions {
  /** The file that stands for a folder, or several to look for in this order; default `index.html`; false for none. */
  readonly index?: string | readonly string[] | false
  /** Whether names that begin with a dot are served; default false. */
  readonly dotfiles?: boolean
  /** Default `inside`: a link may lead anywhere within the root. */
  readonly symlinks?: SymlinkPolicy
  /** Further folders into which links may lead under `inside`; default none. */
  readonly safe?: readonly string[]
  /** Whether a client that takes it gets `file.br` or `file.gz` from beside the file, by the file's path; default false. */
  readonly precompressed?: boolean | ((path: string) => boolean)
  /** The Cache-Control of files; default none. */
  readonly cacheControl?: string
}

interface Settings extends OpenPolicy {
  readonly index: readonly string[]
  readonly headers: HeaderList
  readonly precompressed: (path: string) => boolean
}

/** Serves the files below `root`, with ETag, Last-Modified, preconditions and one range per request. */
export function staticFiles(root: string, options: StaticFilesOptions = {}): Middleware {
  const { index = 'index.html', dotfiles = false, symlinks = 'inside', cacheControl, precompressed = false } = options
  const headers: HeaderList = cacheControl === undefined ? [] : [['Cache-Control', cacheControl]]
  const settings: Settings = {
    root: resolve(root),
    symlinks,
    safe: (options.safe ?? []).map((folder) => resolve(folder)),
    index: index === false ? [] : typeof index === 'string' ? [index] : index,
    headers,
    precompressed: typeof precompressed === 'function' ? precompressed : () => precompressed,
  }
  return (application) => (environ, startResponse) => {
    const { REQUEST_METHOD: method, PATH_INFO: path } = environ
    const file = method === 'GET' || method === 'HEAD' ? filePath(settings.root, path, dotfiles) : undefined
    if (file === undefined) return application(environ, startResponse)
    return serveFile(settings, file, application, environ, startResponse)
  }
}

async function serveFile(
  settings: Settings,
  path: string,
  application: Application,
  environ: Environ,
  startResponse: StartResponse,
): Promise<Body> {
  const slashed = environ.PATH_INFO.endsWith('/')
  const asked = await openFile(settings, path)
  if (asked?.kind === 'file' && !slashed) return sendFile(settings, path, asked, environ, startResponse)
  await asked?.handle.close()
  if (asked?.kind !== 'folder') return application(environ, startResponse)
  for (const index of settings.index) {
    const found = await openFile(settings, join(path, index))
    if (found?.kind === 'file' && slashed) return sendFile(settings, join(path, index), found, environ, startResponse)
    await found?.handle.close()
    if (found?.kind === 'file')
      return answerPlain(startResponse, '301 Moved Permanently', [['Location', withSlash(environ)]])
  }
  return application(environ, startResponse)
}

function withSlash({ SCRIPT_NAME: script, PATH_INFO: path, QUERY_STRING: query }: Environ): string {
  return `${encodePath(script + path)}/${query === '' ? '' : `?${query}`}`
}

async function sendFile(
  settings: Settings,
  path: string,
  asked: OpenFile,
  environ: Environ,
  startResponse: StartResponse,
): Promise<Body> {
  const { file, headers: variant } = await chooseVariant(settings, path, asked, environ)
  const { size, modified, handle } = file
  const etag = `"${Math.floor(modified).toString(16)}-${size.toString(16)}"`
  const common: HeaderList = [['ETag', etag], ['Last-Modified', new Date(modified).toUTCString()], ...variant]
  const verdict = weighPreconditions(environ, { etag, modified })
  const range = rangeOf(environ, etag, file)
  if (verdict !== 'proceed' || range === 'unsatisfiable') {
    await handle.close()
    if (verdict === 'failed') return answerPlain(startResponse, '412 Precondition Failed')
    if (range === 'unsatisfiable' && verdict === 'proceed') return unsatisfiable(startResponse, size)
    startResponse('304 Not Modified', common)
    return []
  }
  const { start, end } = range ?? { start: 0, end: size }
  const headers: HeaderList = [['Content-Type', contentType(path)], ['Content-Length', String(end - start)], ...common]
  headers.push(['Accept-Ranges', 'bytes'])
  if (range !== undefined) headers.push(['Content-Range', `bytes ${start}-${end - 1}/${size}`])
  try {
    startResponse(range === undefined ? '200 OK' : '206 Partial Content', headers)
  } catch (error) {
    // A layer outside refuses, once its deadline has passed for one; a forgotten FileHandle takes the process down.
    await handle.close()
    throw error
  }
  if (environ.REQUEST_METHOD !== 'HEAD' && end > start) return fileBody(environ, file, start, end)
  await handle.close()
  return []
}

/** The file itself, or its compressed form; the one that is not sent is closed. */
async function chooseVariant(
  settings: Settings,
  path: string,
  file: OpenFile,
  environ: Environ,
): Promise<{ readonly file: OpenFile; readonly headers: HeaderList }> {
  const { headers } = settings
  if (!settings.precompressed(path)) return { file, headers }
  const packed = await openPrecompressed(settings, path, environ['HTTP_ACCEPT_ENCODING']).catch(async (error) => {
    await file.handle.close()
    throw error
  })
  if (packed === undefined) return { file, headers: [['Vary', 'Accept-Encoding'], ...headers] }
  await file.handle.close()
  const named: HeaderList = [['Content-Encoding', packed.encoding], ['Vary', 'Accept-Encoding'], ...headers]
  return { file: packed.file, headers: named }
}

function rangeOf(environ: Environ, etag: string, { size, modified }: OpenFile): ReturnType<typeof byteRange> {
  if (environ.REQUEST_METHOD !== 'GET' || !rangeFits(environ, { etag, modified })) return undefined
  return byteRange(environ['HTTP_RANGE'], size)
}

function unsatisfiable(startResponse: StartResponse, size: number): Body {
  return answerPlain(startResponse, '416 Range Not Satisfiable', [['Content-Range', `bytes */${size}`]])
}

function fileBody(environ: Environ, { handle }: OpenFile, start: number, end: number): Body {
  const file = { fd: handle.fd, offset: start, length: end - start, close: () => handle.close() }
  return (environ['tsgi.file_wrapper'] ?? fileWrapper)(file)
}

function contentType(path: string): string {
  const type = mime.getType(path) ?? 'application/octet-stream'
  return /^text\/|^application\/(?:javascript|json|xml)$/.test(type) ? `${type}; charset=utf-8` : type
}
