import { lchownSync, linkSync, readFileSync, renameSync, statSync } from 'node:fs'
import { temporaryFolder } from '@trivet/testing'
import { expect, test } from 'vitest'
import { callbackErrorLog, giveLogFile, openErrorLog } from './error-log.ts'

test('writes the lines of nginx, by level, to each target', async () => {
  await using folder = await temporaryFolder()
  const [all, grave] = [`${folder.path}/all.log`, `${folder.path}/grave.log`]
  const log = openErrorLog([
    { file: all, level: 'info' },
    { file: grave, level: 'error' },
  ])
  log.write('info', 'a small thing', 7)
  log.write('emerg', 'a big thing')
  log.write('debug', 'nothing')
  const { pid } = process
  expect(readFileSync(all, 'utf8')).toMatch(
    new RegExp(
      `^\\d{4}(/\\d\\d){2} \\d\\d(:\\d\\d){2} \\[info\\] ${pid}#${pid}: \\*7 a small thing\n.*: a big thing\n$`,
    ),
  )
  expect(readFileSync(grave, 'utf8').split('\n')).toHaveLength(2)
  expect([log.enabled('info'), log.enabled('debug')]).toEqual([true, false])
})

test('reopens a file that was moved away, for every log that names it', async () => {
  await using folder = await temporaryFolder()
  const file = `${folder.path}/error.log`
  const one = openErrorLog([{ file, level: 'error' }])
  const other = openErrorLog([{ file, level: 'error' }])
  one.write('error', 'first')
  renameSync(file, `${file}.1`)
  other.write('error', 'second')
  one.reopen()
  other.write('error', 'third')
  expect(readFileSync(`${file}.1`, 'utf8').match(/first|second|third/g)).toEqual(['first', 'second'])
  expect(readFileSync(file, 'utf8').match(/first|second|third/g)).toEqual(['third'])
})

test('a log may be a function', () => {
  const lines: string[] = []
  const log = callbackErrorLog((line) => lines.push(line), 'warn')
  log.write('warn', 'told')
  log.write('notice', 'kept back')
  expect(lines).toEqual([expect.stringMatching(/ \[warn\] \d+#\d+: told$/)])
})

test.runIf(process.getuid?.() === 0)(
  'the master gives away no file that somebody else has put in its way',
  async () => {
    await using folder = await temporaryFolder()
    const owner = { uid: 65_001, gid: 65_002 }
    const secret = await folder.write('secret', '')
    const uidOf = (path: string): number => statSync(path).uid

    const link = await folder.link('link.log', secret)
    lchownSync(link, owner.uid, owner.gid)
    expect(() => giveLogFile(link, owner)).toThrow(expect.objectContaining({ code: 'ELOOP' }))
    linkSync(secret, folder.join('hard.log'))
    giveLogFile(folder.join('hard.log'), owner)
    giveLogFile('/dev/null', owner)
    expect([uidOf(secret), uidOf('/dev/null')]).toEqual([0, 0])

    await folder.write('own.log', '')
    giveLogFile(await folder.link('roots.log', folder.join('own.log')), owner)
    giveLogFile(folder.join('new.log'), owner)
    expect([uidOf(folder.join('own.log')), uidOf(folder.join('new.log'))]).toEqual([owner.uid, owner.uid])
  },
)
