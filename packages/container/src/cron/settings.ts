/** `cron`, `unique-cron` and `cron2`, read as uWSGI reads them (core/cron.c): five integers, or keys, then the command. */
import { ValueError } from '../config/convert.ts'
import { readKeyValues } from '../config/key-values.ts'

/** When to run: a number is that minute (hour, ...), -1 any, -N every Nth. */
export interface CronRule {
  readonly minute: number
  readonly hour: number
  /** Of the month. */
  readonly day: number
  readonly month: number
  /** Day of the week; 0 and 7 are Sunday. */
  readonly week: number
}

/** A command and when to run it. */
export interface CronSettings {
  readonly rule: CronRule
  readonly command: string
  /** Not while it still runs. */
  readonly unique: boolean
  /** Seconds a run may take; 0 for no bound. */
  readonly harakiri: number
}

const fields = ['minute', 'hour', 'day', 'month', 'week'] as const

/** Largest value of each field; the smallest is the same with a minus. */
const ranges: Readonly<Record<keyof CronRule, number>> = { minute: 59, hour: 23, day: 31, month: 12, week: 7 }

const keys = {
  minute: 'minute',
  hour: 'hour',
  day: 'day',
  month: 'month',
  week: 'week',
  unique: 'unique',
  harakiri: 'harakiri',
  legion: 'legion',
} as const

/** `MINUTE HOUR DAY MONTH WEEKDAY COMMAND`. */
export function readCron(text: string, unique: boolean, harakiri: number): CronSettings {
  const match = /^\s*(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(.+)$/s.exec(text)
  if (match === null) throw new ValueError(`expected MINUTE HOUR DAY MONTH WEEKDAY COMMAND, got \`${text}\``)
  const [, minute, hour, day, month, week, command = ''] = match
  return { rule: readRule({ minute, hour, day, month, week }), command, unique, harakiri }
}

/** `[key=value,...] COMMAND`; what is not given is any. */
export function readKeyedCron(text: string, harakiri: number): CronSettings {
  const space = text.indexOf(' ')
  const first = space < 0 ? text : text.slice(0, space)
  const keyed = first.includes('=')
  const command = keyed ? (space < 0 ? '' : text.slice(space + 1)) : text
  if (command.trim() === '') throw new ValueError(`expected [key=value,...] COMMAND, got \`${text}\``)
  const given = keyed ? readKeyValues(first, keys) : {}
  if (given.legion !== undefined) throw new ValueError('there are no legions here')
  return {
    rule: readRule(given),
    command,
    unique: given.unique !== undefined && readInteger('unique', given.unique, 0, 1) === 1,
    harakiri: given.harakiri === undefined ? harakiri : readInteger('harakiri', given.harakiri, 0, 86_400 * 7),
  }
}

function readRule(given: Readonly<Partial<Record<keyof CronRule, string | undefined>>>): CronRule {
  const [minute = -1, hour = -1, day = -1, month = -1, week = -1] = fields.map((field) => {
    const text = given[field]
    return text === undefined ? -1 : readInteger(field, text, -ranges[field], ranges[field])
  })
  return { minute, hour, day, month, week }
}

function readInteger(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text)
  if (!/^-?\d+$/.test(text)) throw new ValueError(`expected a whole number as ${name}, got \`${text}\``)
  if (value < minimum || value > maximum)
    throw new ValueError(`expected ${minimum} to ${maximum} as ${name}, got ${text}`)
  return value
}
