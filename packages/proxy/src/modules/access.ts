/** `allow` and `deny` by client address: the first rule that fits decides. */
import { BlockList } from 'node:net'
import type { Context } from '../language/directive.ts'
import type { Report } from '../language/diagnostic.ts'
import type { Statement } from '../language/statement.ts'
import type { Request } from '../http/request.ts'
import { allowed, declined, type Module } from '../model/module.ts'
import { row, textOf } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import { setting } from '../model/setting.ts'

interface Rule {
  readonly allows: boolean
  readonly fits: (address: string) => boolean
}

const contexts: readonly Context[] = ['http', 'server', 'location', 'limit_except']
const rules = setting<readonly Rule[]>('access rules', [])

/** Compiles `all`, `unix:`, an address or a network; undefined when it is none of them. */
function addressTest(text: string): ((address: string) => boolean) | undefined {
  if (text === 'all') return () => true
  if (text === 'unix:') return (address) => address === 'unix:'
  const [address = '', bits] = text.split('/')
  const family = address.includes(':') ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  try {
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  } catch {
    // BlockList says in its own words what the caller reports with the directive's place.
    return undefined
  }
  return (candidate) => candidate !== 'unix:' && list.check(candidate, candidate.includes(':') ? 'ipv6' : 'ipv4')
}

function addRule(allows: boolean): (scope: LevelScope, statement: Statement, report: Report) => void {
  return (scope, statement, report) => {
    const fits = addressTest(textOf(statement, 0))
    if (fits === undefined) report.emerg(`invalid parameter "${textOf(statement, 0)}"`)
    else scope.set(rules, [...(scope.get(rules) ?? []), { allows, fits }])
  }
}

function check(request: Request, list: readonly Rule[]): number {
  const address = request.clientAddress
  const rule = list.find((candidate) => candidate.fits(address))
  if (rule === undefined) return declined
  if (rule.allows) return allowed
  if (!request.location.core.satisfyAny) request.log('error', 'access forbidden by rule')
  return 403
}

/** The access module. */
export const access: Module = {
  name: 'access',
  directives: [
    row('allow', 'Lets an address or network in.', { contexts }, addRule(true)),
    row('deny', 'Keeps an address or network out.', { contexts }, addRule(false)),
  ],
  attach: (scope) => {
    const list = scope.value(rules)
    return list.length === 0 ? undefined : { access: (request) => check(request, list) }
  },
}
