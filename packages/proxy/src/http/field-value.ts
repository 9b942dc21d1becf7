/**
 * Text that variables put into heads. A decoded `$uri` may hold line ends; written as they are they would begin a field
 * or a request of the client's own choosing. In field values they become spaces (RFC 9110 section 5.5), in URIs escapes.
 */

// eslint-disable-next-line no-control-regex -- what may not stand in a field value
const lineBreaks = /[\0\r\n]/
// eslint-disable-next-line no-control-regex -- what may not stand in a request line
const breaksRequestLine = /[\0-\x20\x7f]/

/** The value of a field. */
export function fieldValue(text: string): string {
  return lineBreaks.test(text) ? text.replace(/[\0\r\n]/g, ' ') : text // eslint-disable-line no-control-regex -- as above
}

/** A URI in a field: line ends are escaped, all else stays as it was written. */
export function uriValue(text: string): string {
  return lineBreaks.test(text) ? text.replace(/[\0\r\n]/g, escaped) : text // eslint-disable-line no-control-regex -- as above
}

/** A method or URI of a request line: what would end it is escaped. */
export function requestLinePart(text: string): string {
  return breaksRequestLine.test(text) ? text.replace(/[\0-\x20\x7f]/g, escaped) : text // eslint-disable-line no-control-regex -- as above
}

/** A line of a log: control characters are shown as `\x0A`, so that nobody can forge a line. */
export function logText(text: string): string {
  return text.replace(/[\0-\x1f\x7f]/g, (character) => `\\x${hex(character)}`) // eslint-disable-line no-control-regex -- as above
}

function escaped(character: string): string {
  return `%${hex(character)}`
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
}
