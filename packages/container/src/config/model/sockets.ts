/** What options/table/sockets.ts means. */
import { resolve } from 'node:path'
import type { Address } from '@trivet/prefork'
import { findGroup, findUser } from '../accounts.ts'
import { readAddress, readMode, ValueError } from '../convert.ts'
import type { Place } from '../diagnostic.ts'
import type { Reading } from '../reading.ts'

/** Protocol of a front. */
export type FrontProtocol = 'http' | 'uwsgi'

/** One socket to serve on. */
export interface Front {
  readonly protocol: FrontProtocol
  /** For an inherited descriptor only a name. */
  readonly address: Address
  /** Inherited from a service manager: `fd://3`. */
  readonly descriptor: number | undefined
  /** The option that asked for it. */
  readonly option: string
  readonly place: Place | undefined
}

/** Where the container serves. */
export interface SocketSettings {
  readonly fronts: readonly Front[]
  /** Connections that wait in the kernel. */
  readonly backlog: number
  /** Of unix sockets. */
  readonly mode: number | undefined
  readonly owner: { readonly uid: number; readonly gid: number | undefined } | undefined
}

/** Reads the sockets; that there is one at least, and none twice. */
export function resolveSockets(reading: Reading): SocketSettings {
  const { values } = reading
  return {
    fronts: readFronts(reading),
    backlog: values.number('listen'),
    mode: values.optional('chmod-socket', readMode),
    owner: values.optional('chown-socket', readOwner),
  }
}

function readOwner(text: string): { readonly uid: number; readonly gid: number | undefined } {
  const [user = '', group] = text.split(':')
  const account = findUser(user)
  return { uid: account.uid, gid: group === undefined || group === '' ? account.gid : findGroup(group) }
}

/** The options that ask for a front. */
const frontOptions = ['socket', 'http-socket', 'http'] as const

/** `socket` speaks uwsgi unless `protocol` says otherwise. */
function readProtocol(text: string): FrontProtocol {
  if (text === 'uwsgi') return 'uwsgi'
  if (text === 'http' || text === 'http11') return 'http'
  throw new ValueError(`expected uwsgi, http or http11, got \`${text}\``)
}

function readFronts({ values, directory, report }: Reading): readonly Front[] {
  const fronts: Front[] = []
  const spoken = values.optional('protocol', readProtocol) ?? 'uwsgi'
  for (const option of frontOptions) {
    for (const setting of values.all(option)) {
      const descriptor = readDescriptor(setting.value)
      const address =
        descriptor === undefined
          ? values.convert(setting, (text) => readAddress(text, (path) => resolve(directory, path)))
          : { path: setting.value }
      if (address === undefined) continue
      const twin = fronts.find((front) => sameAddress(front.address, address))
      // A file and a command line, or a program, may well say the same.
      if (twin?.option === option) continue
      if (twin !== undefined)
        report({
          severity: 'error',
          message: `\`${option}\`: ${setting.value} is taken by \`${twin.option}\` already`,
          place: setting.valuePlace,
        })
      else {
        const protocol = option === 'socket' ? spoken : 'http'
        fronts.push({ protocol, address, descriptor, option, place: setting.valuePlace })
      }
    }
  }
  if (frontOptions.every((option) => values.all(option).length === 0)) {
    report({
      severity: 'error',
      message: 'nothing to serve on: give `socket` (uwsgi), `http-socket` or `http`, for example `--http-socket :8080`',
    })
  }
  return fronts
}

/** `fd://N`, as uWSGI names what a service manager has bound. */
function readDescriptor(text: string): number | undefined {
  const number = /^fd:\/\/(\d{1,6})$/.exec(text)?.[1]
  return number === undefined ? undefined : Number(number)
}

function sameAddress(a: Address, b: Address): boolean {
  if ('path' in a || 'path' in b) return 'path' in a && 'path' in b && a.path === b.path
  return a.port !== 0 && a.port === b.port && a.host === b.host
}
