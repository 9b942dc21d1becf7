import { mkdir } from 'node:fs/promises'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { readCommandLine } from '../read.ts'

test('which applications are Python, and where they are', async () => {
  await using folder = await temporaryFolder()
  await mkdir(folder.join('site/sub'), { recursive: true })
  await folder.write('site/sub/__init__.py', '')
  await folder.write('app.py', '')
  await folder.write('web.ts', '')
  const read = (...argv: readonly string[]): unknown => {
    const { python } = readCommandLine(['--http', ':8080', ...argv], { cwd: folder.path, environment: {} }).config
    return python.chosen ? (python.reference ?? python.mounts) : 'JavaScript'
  }
  const file = { kind: 'file', module: folder.join('app.py'), callable: undefined }
  const module = { kind: 'module', module: 'site.sub', callable: undefined }
  for (const [argv, expected] of [
    [['--wsgi-file', 'app.py'], file],
    [['--wsgi-file', 'app.py:main'], { ...file, callable: 'main' }],
    [['--wsgi-file', 'app.py', '--callable', 'make()'], { ...file, callable: 'make()' }],
    [['--wsgi-file', 'web.ts'], 'JavaScript'],
    [['--module', 'app.py'], file],
    [['--module', 'app'], { ...module, module: 'app' }],
    [['--module', 'site.sub'], module],
    [['--module', 'site.sub:x.y'], { ...module, callable: 'x.y' }],
    [['--module', 'site.sub:make()'], { ...module, callable: 'make()' }],
    [['--module', 'sub', '--pythonpath', 'site'], { ...module, module: 'sub' }],
    [['--module', 'web'], 'JavaScript'],
    [['--module', 'web', '--runtime', 'python'], { ...module, module: 'web' }],
    [['--module', 'app', '--runtime', 'javascript'], 'JavaScript'],
    [['--module', 'elsewhere'], 'JavaScript'],
    [['--module', 'elsewhere', '--virtualenv', 'venv'], { ...module, module: 'elsewhere' }],
    [['--module', 'elsewhere', '--plugins', 'http,python3'], { ...module, module: 'elsewhere' }],
    [['--mount', '/=app.py'], [{ prefix: '', application: file }]],
    [['--mount', '/a=site.sub:x'], [{ prefix: '/a', application: { ...module, callable: 'x' } }]],
    [['--mount', '/a=web.ts'], 'JavaScript'],
  ] as const) {
    expect(read(...argv), argv.join(' ')).toEqual(expected)
  }
})
