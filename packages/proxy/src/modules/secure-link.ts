/** `secure_link`: links that only whoever knows a secret can make, if wished for a limited time. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { key, type Scope } from '../language/directive.ts'
import type { Request } from '../http/request.ts'
import { keptIn } from '../model/location.ts'
import type { Module } from '../model/module.ts'
import { everywhere, row, textOf, textValueRow } from '../model/row.ts'
import { setting } from '../model/setting.ts'
import type { Value } from '../model/value.ts'

interface SecureLink {
  readonly link: Value | undefined
  readonly digest: Value | undefined
  readonly secret: string
}

/** Base64 of an MD5 has no more characters. */
const longestDigest = 24

const link = setting<Value | undefined>('secure_link', undefined)
const digest = setting<Value | undefined>('secure_link_md5', undefined)
const secret = setting('secure_link_secret', '')
const secureLinkKey = key<SecureLink>('secure link')

function md5(text: string): Buffer {
  return createHash('md5').update(text, 'latin1').digest()
}

function isDigest(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** Splits `digest,expires`. */
function parts(settings: SecureLink, request: Request): { readonly text: string; readonly expires?: string } {
  const whole = settings.link?.read(request) ?? ''
  const comma = whole.indexOf(',')
  return comma === -1 ? { text: whole } : { text: whole.slice(0, comma), expires: whole.slice(comma + 1) }
}

function check(request: Request): string | undefined {
  const settings = keptIn(request.location, secureLinkKey)
  if (settings === undefined) return undefined
  if (settings.secret !== '') return checkPath(request, settings.secret)
  if (settings.link === undefined || settings.digest === undefined) return undefined
  const { text, expires } = parts(settings, request)
  if (expires !== undefined && !(/^\d{1,15}$/.test(expires) && Number(expires) > 0)) return undefined
  if (text.length > longestDigest || !/^[\w-]+={0,2}$/.test(text)) return undefined
  if (!isDigest(Buffer.from(text, 'base64url'), md5(settings.digest.read(request)))) return undefined
  return expires !== undefined && Number(expires) < Date.now() / 1000 ? '0' : '1'
}

/** `/prefix/DIGEST/link`, where the digest is of the link and the secret. */
function checkPath(request: Request, word: string): string | undefined {
  const match = /^\/[^/]*\/([^/]*)\/([^]+)$/.exec(request.target)
  if (match === null) return undefined
  const [, given = '', path = ''] = match
  if (!/^[\da-f]{32}$/i.test(given)) return undefined
  return isDigest(Buffer.from(given, 'hex'), md5(path + word)) ? path : undefined
}

/** What holds in a block: the nearest of the two ways of making links. */
function settingsOf(scope: Scope): SecureLink | undefined {
  let linkThere: Value | undefined
  let digestThere: Value | undefined
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const word = at.get(secret)
    const isMixed = linkThere !== undefined || digestThere !== undefined
    if (word !== undefined && !isMixed) return { link: undefined, digest: undefined, secret: word }
    if (word !== undefined) break
    linkThere ??= at.get(link)
    digestThere ??= at.get(digest)
  }
  if (linkThere === undefined && digestThere === undefined) return undefined
  return { link: linkThere, digest: digestThere, secret: '' }
}

/** The secure_link module. */
export const secureLink: Module = {
  name: 'secure_link',
  directives: [
    textValueRow('secure_link', everywhere, link, 'Where the digest stands, and until when it holds.'),
    textValueRow('secure_link_md5', everywhere, digest, 'What the digest is of.'),
    row(
      'secure_link_secret',
      'The secret of links whose path holds the digest.',
      { contexts: ['location'], once: true },
      (scope, statement) => scope.set(secret, textOf(statement, 0)),
    ),
  ],
  variables: {
    names: {
      secure_link: check,
      secure_link_expires: (request) => {
        const settings = keptIn(request.location, secureLinkKey)
        return settings?.link === undefined ? undefined : parts(settings, request).expires
      },
    },
  },
  attach: (scope) => {
    const settings = settingsOf(scope)
    return settings === undefined ? undefined : { keep: [secureLinkKey, settings] }
  },
}
