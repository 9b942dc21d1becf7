import type { HeaderList, Middleware } from '@trivet/gateway'
import { headerValue } from './exchange/headers.ts'

/** Options of `securityHeaders`: each field's value, or false to leave it out. */
export interface SecurityHeadersOptions {
  readonly contentSecurityPolicy?: string | false
  readonly crossOriginOpenerPolicy?: string | false
  readonly crossOriginResourcePolicy?: string | false
  readonly frameOptions?: string | false
  readonly referrerPolicy?: string | false
  /** Sent over https only (RFC 6797 section 7.2). */
  readonly strictTransportSecurity?: string | false
  readonly contentTypeOptions?: string | false
}

const fields: readonly [option: keyof SecurityHeadersOptions, name: string, value: string][] = [
  [
    'contentSecurityPolicy',
    'Content-Security-Policy',
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'; object-src 'none'",
  ],
  ['crossOriginOpenerPolicy', 'Cross-Origin-Opener-Policy', 'same-origin'],
  ['crossOriginResourcePolicy', 'Cross-Origin-Resource-Policy', 'same-origin'],
  ['frameOptions', 'X-Frame-Options', 'SAMEORIGIN'],
  ['referrerPolicy', 'Referrer-Policy', 'strict-origin-when-cross-origin'],
  ['strictTransportSecurity', 'Strict-Transport-Security', 'max-age=31536000'],
  ['contentTypeOptions', 'X-Content-Type-Options', 'nosniff'],
]

/** Headers that tell browsers to be careful; where the application set one itself, its word holds. */
export function securityHeaders(options: SecurityHeadersOptions = {}): Middleware {
  const all = fields.flatMap(([option, name, standard]): HeaderList => {
    const value = options[option] ?? standard
    return value === false ? [] : [[name, value]]
  })
  const plain = all.filter(([name]) => name !== 'Strict-Transport-Security')
  return (application) => (environ, startResponse) => {
    const added = environ['tsgi.url_scheme'] === 'https' ? all : plain
    return application(environ, (status, headers, excInfo) => {
      const missing = added.filter(([name]) => headerValue(headers, name.toLowerCase()) === undefined)
      return startResponse(status, [...headers, ...missing], excInfo)
    })
  }
}
