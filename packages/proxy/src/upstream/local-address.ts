/** `*_bind`: the address of this machine, perhaps with a port, that connections to upstreams come from. */
import { isIP } from 'node:net'
import type { Request } from '../http/request.ts'
import type { Report } from '../language/diagnostic.ts'
import type { Statement } from '../language/statement.ts'
import { compileAt } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import type { Value } from '../model/value.ts'

/** What connections come from. */
export interface LocalAddress {
  readonly localAddress: string
  readonly localPort?: number
}

/** Reads the arguments; undefined for `off`, and for what is reported as wrong. */
export function readBind(scope: LevelScope, statement: Statement, report: Report): Value | undefined {
  const [word, more] = statement.args
  if (word === undefined || (word.text === 'off' && more === undefined)) return undefined
  if (more?.text === 'transparent')
    report.emerg(
      `\`transparent\` of \`${statement.name}\` needs a socket option that Node does not set`,
      more.place,
      '`listen ... proxy_protocol`, or a field like X-Real-IP, can tell the address of the client instead',
    )
  else if (more !== undefined) report.emerg(`invalid parameter "${more.text}"`, more.place)
  const value = compileAt(word, scope, report)
  if (value?.constant !== undefined && parseLocalAddress(value.constant) === undefined)
    report.emerg(`invalid address "${word.text}"`, word.place)
  return value
}

/** What the connections for a request come from; undefined leaves it to the system. A wrong address is logged. */
export function localAddressFor(request: Request, bind: Value | undefined): LocalAddress | undefined {
  const text = bind?.read(request) ?? ''
  if (text === '') return undefined
  const local = parseLocalAddress(text)
  if (local === undefined) request.log('error', `invalid local address "${text}"`)
  return local
}

function parseLocalAddress(text: string): LocalAddress | undefined {
  if (isIP(text) !== 0) return { localAddress: text }
  const match = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text)
  const localAddress = match?.[1] ?? match?.[2] ?? ''
  const port = Number(match?.[3] ?? 0)
  if (isIP(localAddress) === 0 || port > 65_535) return undefined
  return port === 0 ? { localAddress } : { localAddress, localPort: port }
}
