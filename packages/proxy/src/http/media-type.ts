/** Media types as directives list them: `text/html text/xml`, `*` for any. */

/** `text/html` of `text/html; charset=utf-8`, in lower case. */
function mediaType(contentType: string | undefined): string {
  const text = contentType ?? ''
  const end = text.indexOf(';')
  return (end === -1 ? text : text.slice(0, end)).trim().toLowerCase()
}

/** Whether a list has the type of an answer. */
export function hasMediaType(types: ReadonlySet<string>, contentType: string | undefined): boolean {
  return types.has('*') || types.has(mediaType(contentType))
}
