/** strftime(3), as far as pages use it in `config timefmt`. */
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
const two = (value: number): string => String(value).padStart(2, '0')

/** A moment taken apart, in UTC or local time. */
interface Clock {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
  readonly yearday: number
  readonly zone: string
  readonly offset: string
  readonly epoch: number
}

function clockOf(date: Date, isLocal: boolean): Clock {
  const offset = isLocal ? -date.getTimezoneOffset() : 0
  const shown = new Date(date.getTime() + offset * 60_000)
  const year = shown.getUTCFullYear()
  const zone = isLocal
    ? new Intl.DateTimeFormat('en', { timeZoneName: 'short' })
        .formatToParts(date)
        .find(({ type }) => type === 'timeZoneName')
    : undefined
  return {
    year,
    month: shown.getUTCMonth(),
    day: shown.getUTCDate(),
    weekday: shown.getUTCDay(),
    hours: shown.getUTCHours(),
    minutes: shown.getUTCMinutes(),
    seconds: shown.getUTCSeconds(),
    yearday: Math.floor((shown.getTime() - Date.UTC(year, 0, 1)) / 86_400_000) + 1,
    zone: zone?.value ?? 'GMT',
    offset: `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`,
    epoch: Math.floor(date.getTime() / 1000),
  }
}

const fields: Readonly<Record<string, (clock: Clock) => string>> = {
  a: ({ weekday }) => (days[weekday] ?? '').slice(0, 3),
  A: ({ weekday }) => days[weekday] ?? '',
  b: ({ month }) => (months[month] ?? '').slice(0, 3),
  h: ({ month }) => (months[month] ?? '').slice(0, 3),
  B: ({ month }) => months[month] ?? '',
  c: (clock) => format('%a %b %e %H:%M:%S %Y', clock),
  C: ({ year }) => two(Math.floor(year / 100)),
  d: ({ day }) => two(day),
  D: (clock) => format('%m/%d/%y', clock),
  e: ({ day }) => String(day).padStart(2),
  F: (clock) => format('%Y-%m-%d', clock),
  H: ({ hours }) => two(hours),
  I: ({ hours }) => two(hours % 12 || 12),
  j: ({ yearday }) => String(yearday).padStart(3, '0'),
  m: ({ month }) => two(month + 1),
  M: ({ minutes }) => two(minutes),
  n: () => '\n',
  p: ({ hours }) => (hours < 12 ? 'AM' : 'PM'),
  r: (clock) => format('%I:%M:%S %p', clock),
  R: (clock) => format('%H:%M', clock),
  s: ({ epoch }) => String(epoch),
  S: ({ seconds }) => two(seconds),
  t: () => '\t',
  T: (clock) => format('%H:%M:%S', clock),
  u: ({ weekday }) => String(weekday || 7),
  w: ({ weekday }) => String(weekday),
  x: (clock) => format('%m/%d/%y', clock),
  X: (clock) => format('%H:%M:%S', clock),
  y: ({ year }) => two(year % 100),
  Y: ({ year }) => String(year),
  z: ({ offset }) => offset,
  Z: ({ zone }) => zone,
  '%': () => '%',
}

function format(text: string, clock: Clock): string {
  return text.replace(/%([^])/g, (whole, letter: string) => fields[letter]?.(clock) ?? whole)
}

/** Formats a moment; unknown conversions stay as they are. */
export function formatTime(text: string, date: Date, isLocal: boolean): string {
  return format(text, clockOf(date, isLocal))
}
