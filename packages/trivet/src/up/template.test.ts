import { expect, test } from 'vitest'
import { renderTemplate } from './template.ts'

test('capital names are replaced, nginx variables and unknown names stay', () => {
  const text = 'listen ${PORT}; set $a "${host}${UNKNOWN}"; uwsgi_pass unix:${SOCKET};'
  expect(renderTemplate(text, { PORT: '8080', SOCKET: '/run/app.sock' })).toBe(
    'listen 8080; set $a "${host}${UNKNOWN}"; uwsgi_pass unix:/run/app.sock;',
  )
})

test('a value that looks like a placeholder is not read again', () => {
  expect(renderTemplate('${A}', { A: '${B}', B: 'b' })).toBe('${B}')
})
