/**
 * Content coding on the way out (RFC 9110 sections 8.4 and 12.5.3). A coded response is another representation: Vary
 * names Accept-Encoding, a strong ETag becomes weak, Content-Length and Accept-Ranges of the plain one go.
 */
import Negotiator from 'negotiator'
import type { Bytes, Environ, HeaderList, Middleware } from '@trivet/gateway'
import { headerValue, withHeader, withoutHeaders, withVary } from '../exchange/headers.ts'
import { withHeldHead } from '../exchange/held-head.ts'
import type { Decision } from '../exchange/held-head.ts'
import { isEmptyStatus } from '../exchange/status.ts'
import { Compressor, compressWhole } from './compressor.ts'
import type { Encoding } from './compressor.ts'

/** Options of `compression`. */
export interface CompressionOptions {
  /** What is offered, dearest first; default br, zstd, gzip. */
  readonly encodings?: readonly Encoding[]
  /** Bodies known to be smaller are sent as they are; bytes, default 1024: below, the head outweighs the gain. */
  readonly minimumLength?: number
  /** Whether a Content-Type is worth it; default: text, JSON, XML, JavaScript, SVG, WebAssembly, fonts without a coding. */
  readonly compressible?: (contentType: string) => boolean
}

const worthIt =
  /^\s*(?:text\/|application\/(?:[^;\s]+\+)?(?:json|xml|javascript|wasm|x-ndjson|manifest\+json)|image\/(?:svg\+xml|bmp|x-icon)|font\/(?:ttf|otf)|[^;\s]+\+(?:json|xml))/i

/** Compresses responses with what the client accepts; each chunk of a stream is flushed at once. */
export function compression(options: CompressionOptions = {}): Middleware {
  const {
    encodings = ['br', 'zstd', 'gzip'],
    minimumLength = 1024,
    compressible = (type) => worthIt.test(type),
  } = options
  return (application) => (environ, startResponse) =>
    withHeldHead(application, environ, startResponse, (status, headers, whole) => {
      // Vary is due to a 304 as to the 200 it stands for (RFC 9110 section 15.4.5), of which no more is known.
      if (status.startsWith('304')) return { status, headers: withVary(headers, 'Accept-Encoding') }
      if (!isOpen(status, headers) || !compressible(headerValue(headers, 'content-type') ?? ''))
        return { status, headers }
      const varied = withVary(headers, 'Accept-Encoding')
      const encoding = accepted(environ, encodings)
      const length = knownLength(headers, whole)
      if (encoding === undefined || (length !== undefined && length < minimumLength)) return { status, headers: varied }
      return compress(encoding, status, encodedHeaders(varied, encoding), whole, environ)
    })
}

function compress(
  encoding: Encoding,
  status: string,
  headers: HeaderList,
  whole: readonly Bytes[] | undefined,
  environ: Environ,
): Decision | Promise<Decision> {
  // The length of the plain array is not what GET would tell.
  if (environ.REQUEST_METHOD === 'HEAD')
    return whole === undefined ? { status, headers } : { status, headers, whole: [] }
  if (whole === undefined) return { status, headers, transform: new Compressor(encoding) }
  return compressWhole(encoding, whole).then((bytes) => {
    return { status, headers: withHeader(headers, 'Content-Length', String(bytes.length)), whole: [bytes] }
  })
}

/** Neither coded nor partial already, nor forbidden to be (RFC 9111 section 5.2.2.6). */
function isOpen(status: string, headers: HeaderList): boolean {
  if (isEmptyStatus(status) || status.startsWith('206') || headerValue(headers, 'content-range') !== undefined)
    return false
  const coding = headerValue(headers, 'content-encoding')
  return coding === undefined && !/\bno-transform\b/i.test(headerValue(headers, 'cache-control') ?? '')
}

/** Of what the client likes equally, the server's preference wins; the option is younger than negotiator's types. */
interface Preferring {
  encodings(available: readonly string[], options: { readonly preferred: readonly string[] }): string[]
}

function accepted(environ: Environ, encodings: readonly Encoding[]): Encoding | undefined {
  const header = environ['HTTP_ACCEPT_ENCODING']
  if (header === undefined) return undefined
  const negotiator: Preferring = new Negotiator({ headers: { 'accept-encoding': header } })
  const best = negotiator.encodings([...encodings, 'identity'], { preferred: encodings })[0]
  return encodings.find((encoding) => encoding === best)
}

function knownLength(headers: HeaderList, whole: readonly Bytes[] | undefined): number | undefined {
  if (whole !== undefined && whole.length > 0) return whole.reduce((sum, chunk) => sum + chunk.length, 0)
  const declared = headerValue(headers, 'content-length')
  return declared === undefined ? undefined : Number(declared)
}

function encodedHeaders(headers: HeaderList, encoding: Encoding): HeaderList {
  const kept = withoutHeaders(headers, 'content-length', 'accept-ranges', 'content-md5', 'content-digest')
  const etag = headerValue(kept, 'etag')
  const tagged = etag === undefined || etag.startsWith('W/') ? kept : withHeader(kept, 'ETag', `W/${etag}`)
  return [...tagged, ['Content-Encoding', encoding]]
}
