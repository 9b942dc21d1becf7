/** `auth_basic`: a user and a password (RFC 7617), held against a file of hashed ones. */
import { resolve } from 'node:path'
import type { Context } from '../../language/directive.ts'
import { systemErrorText } from '../../language/system-error.ts'
import { basicCredentials } from '../variables.ts'
import type { Request } from '../../http/request.ts'
import { allowed, declined, taken, type Module } from '../../model/module.ts'
import { everywhere, textValueRow } from '../../model/row.ts'
import { setting } from '../../model/setting.ts'
import type { Value } from '../../model/value.ts'
import { PasswordFiles } from './password-file.ts'
import { verifyPassword, type Verdict } from './passwords.ts'
import { isVerified, noteVerified } from './verified.ts'

interface BasicAuth {
  readonly realm: Value
  readonly file: Value
  readonly folder: string
  readonly files: PasswordFiles
}

const contexts: readonly Context[] = [...everywhere, 'limit_except']
const realm = setting<Value | undefined>('auth_basic', undefined)
const file = setting<Value | undefined>('auth_basic_user_file', undefined)
const filesKey = Symbol('password files')

/** Results of checks that take their time, until the request is asked about again. */
const verdicts = new WeakMap<Request, Verdict>()

function challenge(request: Request, name: string): number {
  request.out.add('WWW-Authenticate', `Basic realm="${name}"`)
  return 401
}

function check(request: Request, settings: BasicAuth): number {
  const name = settings.realm.read(request)
  if (name === 'off') return declined
  const known = verdicts.get(request)
  verdicts.delete(request)
  const credentials = basicCredentials(request)
  if (credentials === undefined) {
    request.log('info', 'no user/password was provided for basic authentication')
    return challenge(request, name)
  }
  const { user, password } = credentials
  const path = resolve(settings.folder, settings.file.read(request))
  let stored: string | undefined
  try {
    stored = settings.files.find(path, user)
  } catch (error) {
    const failure = error as NodeJS.ErrnoException
    request.log(failure.code === 'ENOENT' ? 'error' : 'crit', `open() "${path}" failed (${systemErrorText(failure)})`)
    return failure.code === 'ENOENT' ? 403 : 500
  }
  if (stored === undefined) {
    request.log('error', `user "${user}" was not found in "${path}"`)
    return challenge(request, name)
  }
  const verdict = known ?? (isVerified(password, stored) ? 'right' : verifyPassword(password, stored))
  if (typeof verdict !== 'string') {
    waitFor(request, verdict)
    return taken
  }
  if (verdict === 'right') {
    noteVerified(password, stored)
    return allowed
  }
  if (verdict === 'unknown')
    request.log('error', `the password of user "${user}" in "${path}" is stored in a way that is not supported`)
  else request.log('error', `user "${user}": password mismatch`)
  return challenge(request, name)
}

function waitFor(request: Request, verdict: Promise<Verdict>): void {
  const goOn = (result: Verdict): void => {
    if (request.finished) return
    verdicts.set(request, result)
    request.again()
  }
  verdict.then(goOn, () => goOn('unknown'))
}

/** The auth_basic module. */
export const authBasic: Module = {
  name: 'auth_basic',
  directives: [
    textValueRow('auth_basic', contexts, realm, 'What the password is for, as browsers show it; `off` asks for none.'),
    textValueRow('auth_basic_user_file', contexts, file, 'The file of users and passwords.'),
  ],
  attach: (scope) => {
    const text = scope.value(realm)
    const path = scope.value(file)
    if (text === undefined || text.constant === 'off' || path === undefined) return undefined
    const files = scope.http.shared(filesKey, () => new PasswordFiles())
    const settings: BasicAuth = { realm: text, file: path, folder: scope.http.folder, files }
    return { access: (request) => check(request, settings) }
  },
}
