import { testClient } from '@trivet/gateway/testing'
import { expect, test } from 'vitest'
import { plain, text } from '../test/probe.ts'
import { securityHeaders } from './security-headers.ts'

test('the standard set; HSTS over https alone', async () => {
  const application = securityHeaders()(text('x'))
  const { headers } = await testClient(application).fetch('/')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(headers.has('strict-transport-security')).toBe(false)
  const secure = await testClient(application, { origin: 'https://localhost' }).fetch('/')
  expect(secure.headers.get('strict-transport-security')).toBe('max-age=31536000')
})

test('options replace and remove; the application’s own word holds', async () => {
  const application = text('x', [...plain, ['x-frame-options', 'DENY']])
  const options = { contentSecurityPolicy: false, referrerPolicy: 'no-referrer' } as const
  const { headers } = await testClient(securityHeaders(options)(application)).fetch('/')
  expect(headers.has('content-security-policy')).toBe(false)
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('x-frame-options')).toBe('DENY')
})
