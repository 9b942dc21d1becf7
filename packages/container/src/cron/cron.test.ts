import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventually } from '@trivet/testing'
import { ValueError } from '../config/convert.ts'
import { Cron } from './cron.ts'
import { isDue } from './due.ts'
import { readCron, readKeyedCron, type CronSettings } from './settings.ts'

const wednesday = (time: string): Date => new Date(`2026-11-25T${time}`)
const due = (text: string, date: Date): boolean => isDue(readCron(`${text} true`, false, 0).rule, date)

test.each([
  ['-1 -1 -1 -1 -1', '10:07:00', true],
  ['7 -1 -1 -1 -1', '10:07:59', true],
  ['7 -1 -1 -1 -1', '10:08:00', false],
  ['-5 -1 -1 -1 -1', '10:10:00', true],
  ['-5 -1 -1 -1 -1', '10:11:00', false],
  ['0 -2 -1 -1 -1', '10:00:00', true],
  ['0 -2 -1 -1 -1', '11:00:00', false],
  ['-1 -1 25 11 -1', '10:00:00', true],
  ['-1 -1 25 12 -1', '10:00:00', false],
  ['-1 -1 -1 -1 3', '10:00:00', true],
  ['-1 -1 -1 -1 7', '10:00:00', false],
  // A day of the month and a weekday: one of them is enough.
  ['-1 -1 1 -1 3', '10:00:00', true],
  ['-1 -1 25 -1 1', '10:00:00', true],
  ['-1 -1 1 -1 1', '10:00:00', false],
])('%s at %s: %s', (rule, time, expected) => {
  expect(due(rule, wednesday(time))).toBe(expected)
})

test('Sunday is 0 and 7', () => {
  const sunday = new Date('2026-11-22T00:00:00')
  expect([due('-1 -1 -1 -1 0', sunday), due('-1 -1 -1 -1 7', sunday)]).toEqual([true, true])
})

test('cron2 takes keys, or the command alone', () => {
  expect(readKeyedCron('minute=0,hour=-2,unique=1,harakiri=30 run -x a=b', 5)).toEqual({
    rule: { minute: 0, hour: -2, day: -1, month: -1, week: -1 },
    command: 'run -x a=b',
    unique: true,
    harakiri: 30,
  })
  expect(readKeyedCron('run it', 5)).toMatchObject({ command: 'run it', unique: false, harakiri: 5 })
})

test.each([
  ['60 -1 -1 -1 -1 x', 'expected -59 to 59 as minute, got 60'],
  ['a -1 -1 -1 -1 x', 'expected a whole number as minute, got `a`'],
  ['-1 -1 -1 -1 x', 'expected MINUTE HOUR DAY MONTH WEEKDAY COMMAND'],
])('%s is refused', (text, message) => {
  expect(() => readCron(text, false, 0)).toThrow(message)
})

test.each([
  ['minut=3 x', 'unknown key `minut`, did you mean `minute`?'],
  ['legion=a x', 'there are no legions here'],
  ['minute=3', 'expected [key=value,...] COMMAND'],
  ['unique=2 x', 'expected 0 to 1 as unique, got 2'],
])('cron2 = %s is refused', (text, message) => {
  expect(() => readKeyedCron(text, 0)).toThrow(message)
})

test('whatever is given, only a ValueError is thrown', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const read of [() => readCron(text, false, 0), () => readKeyedCron(text, 0)]) {
        try {
          read()
        } catch (error) {
          expect(error).toBeInstanceOf(ValueError)
        }
      }
    }),
  )
})

const always = (command: string, more: Partial<CronSettings> = {}): CronSettings => ({
  ...readCron(`-1 -1 -1 -1 -1 ${command}`, false, 0),
  ...more,
})

function startCron(settings: readonly CronSettings[]): { cron: Cron; events: string[]; lines: string[] } {
  const events: string[] = []
  const lines: string[] = []
  const scope = { uid: undefined, gid: undefined, directory: '/', environment: { COLOUR: 'blue' } }
  const owner = {
    scope,
    event: (text: string) => void events.push(text),
    line: (text: string) => void lines.push(text),
  }
  return { cron: new Cron(settings, owner), events, lines }
}

test('the minute of the start counts; output and failure are told', async () => {
  const { cron, events, lines } = startCron([always('echo $COLOUR; exit 3')])
  await eventually(() => events.length === 2)
  expect(lines).toEqual(['blue'])
  expect(events[0]).toMatch(/^\[cron\] running "echo \$COLOUR; exit 3" \(pid: \d+\)$/)
  expect(events[1]).toContain('ended with code 3')
  expect(cron.states[0]?.startedAt).toBeGreaterThan(1_700_000_000)
  await cron.stop(1000)
})

test('a job over its harakiri is killed, and one under way ends with the master', async () => {
  const { cron, events } = startCron([always('sleep 60', { harakiri: 1 }), always('sleep 61')])
  await eventually(() => events.some((text) => text.includes('was ended by SIGKILL')))
  expect(events.join('\n')).toContain('runs for more than 1 s: killed')
  const pid = cron.states[1]?.pid ?? 0
  expect(process.kill(pid, 0)).toBe(true)
  await cron.stop(1000)
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
})
