import { loadConfig } from '@trivet/proxy'
import { expect, test } from 'vitest'
import { uwsgiTargets } from './uwsgi-targets.ts'

const targets = (text: string): readonly string[] =>
  uwsgiTargets(loadConfig('/nowhere/nginx.conf', { text }).statements)

test('names of upstreams are resolved, each target comes once, variables are passed over', () => {
  const text = `http {
    upstream app { server unix:/run/a.sock; server 127.0.0.1:3031 backup; }
    server {
      location / { uwsgi_pass app; }
      location /b { uwsgi_pass unix:/run/b.sock; location /b/c { uwsgi_pass unix:/run/a.sock; } }
      location /d { uwsgi_pass $where; }
    }
  }`
  expect(targets(text)).toEqual(['unix:/run/a.sock', '127.0.0.1:3031', 'unix:/run/b.sock'])
})

test('without `uwsgi_pass` there are none', () => {
  expect(targets('http { server { location / { proxy_pass http://127.0.0.1:1; } } }')).toEqual([])
})
