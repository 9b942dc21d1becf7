/** `allow` and `deny` by client address: the first rule that fits decides. */
import type { Context } from '../language/directive.ts'
import type { Report } from '../language/diagnostic.ts'
import type { Statement } from '../language/statement.ts'
import type { Request } from '../http/request.ts'
import { addressMatcher, type AddressMatcher } from '../model/address-matcher.ts'
import { allowed, declined, type Module } from '../model/module.ts'
import { row, textOf } from '../model/row.ts'
import type { LevelScope } from '../model/scope.ts'
import { setting } from '../model/setting.ts'

interface Rule {
  readonly allows: boolean
  readonly fits: AddressMatcher
}

const contexts: readonly Context[] = ['http', 'server', 'location', 'limit_except']
const rules = setting<readonly Rule[]>('access rules', [])

function addRule(allows: boolean): (scope: LevelScope, statement: Statement, report: Report) => void {
  return (scope, statement, report) => {
    const text = textOf(statement, 0)
    const fits = text === 'all' ? () => true : addressMatcher(text)
    if (fits === undefined) report.emerg(`invalid parameter "${text}"`)
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
