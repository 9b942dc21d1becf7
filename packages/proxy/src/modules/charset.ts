/** `charset`: the charset that answers without one are said to have. Nothing is converted. */
import type { Request } from '../http/request.ts'
import type { Module } from '../model/module.ts'
import { atLeast, compileAt, everywhere, everywhereAndIf, row, textsOf } from '../model/row.ts'
import { setting } from '../model/setting.ts'
import type { Value } from '../model/value.ts'

const charsetSetting = setting<Value | undefined>('charset', undefined)
const charsetTypes = setting<ReadonlySet<string>>(
  'charset_types',
  new Set(['text/html', 'text/xml', 'text/plain', 'text/vnd.wap.wml', 'application/javascript', 'application/rss+xml']),
)

function filterCharset(request: Request, charset: Value, types: ReadonlySet<string>): number {
  const { out } = request
  const { contentType } = out
  if (contentType === undefined || out.charset !== undefined || /;\s*charset=/i.test(contentType)) return 0
  if (out.indexOf('content-encoding') !== -1) return 0
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!types.has('*') && !types.has(type)) return 0
  const text = charset.read(request)
  if (text !== '' && text !== 'off') out.charset = text
  return 0
}

/** The charset module. */
export const charset: Module = {
  name: 'charset',
  directives: [
    row('charset', 'The charset of answers.', { contexts: everywhereAndIf, once: true }, (scope, statement, report) => {
      const [word] = statement.args
      if (word !== undefined)
        scope.set(charsetSetting, word.text === 'off' ? undefined : compileAt(word, scope, report))
    }),
    row(
      'charset_types',
      'MIME types besides text/html that have a charset.',
      { contexts: everywhere, args: atLeast(1), once: true },
      (scope, statement) => {
        scope.set(charsetTypes, new Set(['text/html', ...textsOf(statement).map((text) => text.toLowerCase())]))
      },
    ),
  ],
  attach: (scope) => {
    const value = scope.value(charsetSetting)
    const types = scope.value(charsetTypes)
    return value === undefined ? undefined : { headerFilter: (request) => filterCharset(request, value, types) }
  },
}
