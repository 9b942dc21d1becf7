/** Status codes: their lines as nginx words them, the pages for them, and the internal ones clients never see. */

/** nginx's own codes: what the client is answered with is `visibleStatus`. */
export const internalStatus = {
  /** Close the connection without an answer. */
  close: 444,
  /** A header line, or all of them together, did not fit. */
  headerTooLarge: 494,
  /** The client closed the connection before the answer. */
  clientClosed: 499,
} as const

const reasons: Readonly<Record<number, string>> = {
  100: 'Continue',
  101: 'Switching Protocols',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Moved Temporarily',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Time-out',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  415: 'Unsupported Media Type',
  416: 'Requested Range Not Satisfiable',
  421: 'Misdirected Request',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
  507: 'Insufficient Storage',
}

/** `404 Not Found`; the number and a space for codes without a name. */
export function statusText(status: number): string {
  const reason = reasons[status]
  return reason === undefined ? `${status} ` : `${status} ${reason}`
}

/** Titles and headings that differ from the status line. */
const titles: Readonly<Record<number, readonly [title: string, heading: string, text?: string]>> = {
  302: ['302 Found', '302 Found'],
  401: ['401 Authorization Required', '401 Authorization Required'],
  494: ['400 Request Header Or Cookie Too Large', '400 Bad Request', 'Request Header Or Cookie Too Large'],
}
const pages: ReadonlySet<number> = new Set([
  301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 421, 429,
  494, 500, 501, 502, 503, 504, 505, 507,
])

/** The built-in page for a status up to its footer; undefined when there is none (an empty body is sent). */
export function errorPage(status: number): string | undefined {
  if (!pages.has(status)) return undefined
  const [title, heading, text] = titles[status] ?? [statusText(status), statusText(status)]
  const more = text === undefined ? '' : `<center>${text}</center>\r\n`
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${heading}</h1></center>\r\n${more}`
}

/** What the client is told for an internal code. */
export function visibleStatus(status: number): number {
  return status === internalStatus.headerTooLarge ? 400 : status
}
