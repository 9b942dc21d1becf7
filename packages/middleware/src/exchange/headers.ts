/** Response header lists: looked up without regard to case, changed by copy, since an application may use its list again. */
import type { HeaderList } from '@trivet/gateway'

/** The first value of a field; `name` in lower case. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  for (const field of headers) if (isNamed(field[0], name)) return field[1]
  return undefined
}

/** A copy without the fields of these names, given in lower case. */
export function withoutHeaders(headers: HeaderList, ...names: readonly string[]): HeaderList {
  return headers.filter(([name]) => !names.includes(name.toLowerCase()))
}

/** A copy in which a field has this value alone. */
export function withHeader(headers: HeaderList, name: string, value: string): HeaderList {
  return [...withoutHeaders(headers, name.toLowerCase()), [name, value]]
}

/** A copy whose Vary names a request field (RFC 9110 section 12.5.5). */
export function withVary(headers: HeaderList, field: string): HeaderList {
  const present = headers.flatMap(([name, value]) => (isNamed(name, 'vary') ? value.split(',') : []))
  const names = present.map((name) => name.trim()).filter((name) => name !== '')
  if (names.some((name) => name === '*' || name.toLowerCase() === field.toLowerCase())) return headers
  return withHeader(headers, 'Vary', [...names, field].join(', '))
}

function isNamed(name: string, lower: string): boolean {
  return name.length === lower.length && name.toLowerCase() === lower
}
