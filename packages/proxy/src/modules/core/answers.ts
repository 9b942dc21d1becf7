/** How the engine words its answers. */
import type { Directive } from '../../language/directive.ts'
import { choiceRow, flagRow } from '../../language/rows.ts'
import type { CoreSettings } from '../../model/core-settings.ts'
import { nginxVersion, productName } from '../../model/identity.ts'
import { atLeast, compileAt, everywhere, row } from '../../model/row.ts'
import type { LevelScope } from '../../model/scope.ts'
import { setting } from '../../model/setting.ts'
import type { Value } from '../../model/value.ts'

const serverTokens = setting<'on' | 'off' | 'build'>('server_tokens', 'on')
const absoluteRedirect = setting('absolute_redirect', true)
const portInRedirect = setting('port_in_redirect', true)
const serverNameInRedirect = setting('server_name_in_redirect', false)
const chunkedTransferEncoding = setting('chunked_transfer_encoding', true)
const earlyHints = setting<readonly Value[]>('early_hints', [])
const onOff = { on: 'on', off: 'off' } as const

/** The rows about answers. */
export const answerRows: readonly Directive[] = [
  choiceRow('server_tokens', everywhere, serverTokens, 'Whether answers show the version.', {
    ...onOff,
    build: 'build',
  } as const),
  flagRow('absolute_redirect', everywhere, absoluteRedirect, 'Whether redirects are completed to absolute ones.'),
  flagRow('port_in_redirect', everywhere, portInRedirect, 'Whether they show the port.'),
  flagRow('server_name_in_redirect', everywhere, serverNameInRedirect, "Whether they show the server's first name."),
  row(
    'early_hints',
    'When early answers (103) of upstreams are passed on.',
    { args: atLeast(1), once: true },
    (scope, statement, report) =>
      scope.set(
        earlyHints,
        statement.args.flatMap((word) => compileAt(word, scope, report) ?? []),
      ),
  ),
  flagRow(
    'chunked_transfer_encoding',
    everywhere,
    chunkedTransferEncoding,
    'Whether bodies of unknown size are chunked.',
  ),
]

type AnswerSettings = Pick<
  CoreSettings,
  | 'serverHeader'
  | 'showsVersion'
  | 'pageTail'
  | 'absoluteRedirect'
  | 'portInRedirect'
  | 'serverNameInRedirect'
  | 'chunkedTransferEncoding'
  | 'earlyHints'
>

/** What holds for answers of a place. */
export function readAnswerSettings(scope: LevelScope): AnswerSettings {
  const tokens = scope.value(serverTokens)
  const shown = tokens === 'off' ? productName : `${productName}/${nginxVersion}`
  return {
    serverHeader: shown,
    showsVersion: tokens !== 'off',
    pageTail: `<hr><center>${shown}</center>\r\n</body>\r\n</html>\r\n`,
    absoluteRedirect: scope.value(absoluteRedirect),
    portInRedirect: scope.value(portInRedirect),
    serverNameInRedirect: scope.value(serverNameInRedirect),
    chunkedTransferEncoding: scope.value(chunkedTransferEncoding),
    earlyHints: scope.value(earlyHints),
  }
}
