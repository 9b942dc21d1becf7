/** How files are described: types, validators, ranges. */
import type { Directive } from '../../language/directive.ts'
import { choiceRow, flagRow, numberRow } from '../../language/rows.ts'
import type { Statement } from '../../language/statement.ts'
import type { CoreSettings } from '../../model/core-settings.ts'
import { everywhere, row, textOf } from '../../model/row.ts'
import type { LevelScope } from '../../model/scope.ts'
import { setting, type Setting } from '../../model/setting.ts'

const types: Setting<ReadonlyMap<string, string>> = setting(
  'types',
  new Map([
    ['html', 'text/html'],
    ['gif', 'image/gif'],
    ['jpg', 'image/jpeg'],
  ]),
)
const defaultType = setting('default_type', 'text/plain')
const etag = setting('etag', true)
const ifModifiedSince = setting<'off' | 'exact' | 'before'>('if_modified_since', 'exact')
const logNotFound = setting('log_not_found', true)
const maxRanges = setting('max_ranges', Number.POSITIVE_INFINITY)

/** The rows about files. */
export const fileRows: readonly Directive[] = [
  row('types', 'MIME types by file name extension.', { args: [0, 0], block: 'any' }, applyTypes),
  row('default_type', 'The MIME type of other files.', { once: true }, (scope, statement) =>
    scope.set(defaultType, textOf(statement, 0)),
  ),
  flagRow('etag', everywhere, etag, 'Whether files get an ETag.'),
  choiceRow('if_modified_since', everywhere, ifModifiedSince, 'How If-Modified-Since is compared.', {
    off: 'off',
    exact: 'exact',
    before: 'before',
  } as const),
  flagRow('log_not_found', everywhere, logNotFound, 'Whether missing files are logged.'),
  numberRow('max_ranges', everywhere, maxRanges, 'How many ranges a request may ask for.'),
]

type FileSettings = Pick<
  CoreSettings,
  'types' | 'defaultType' | 'etag' | 'ifModifiedSince' | 'logNotFound' | 'maxRanges'
>

/** What holds for files of a place. */
export function readFileSettings(scope: LevelScope): FileSettings {
  return {
    types: scope.value(types),
    defaultType: scope.value(defaultType),
    etag: scope.value(etag),
    ifModifiedSince: scope.value(ifModifiedSince),
    logNotFound: scope.value(logNotFound),
    maxRanges: scope.value(maxRanges),
  }
}

function applyTypes(scope: LevelScope, statement: Statement): void {
  const own = scope.get(types)
  const map = new Map(own)
  for (const entry of statement.block ?? []) for (const { text } of entry.args) map.set(text.toLowerCase(), entry.name)
  scope.set(types, map)
}
