const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = 'January February March April May June July August September October November December'.split(' ')

const padded = (number: number, width = 2, fill = '0'): string => String(number).padStart(width, fill)

function zone(date: Date): string {
  const offset = -date.getTimezoneOffset()
  return `${offset < 0 ? '-' : '+'}${padded(Math.floor(Math.abs(offset) / 60))}${padded(Math.abs(offset) % 60)}`
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 1)
  return Math.round((Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - start) / 86_400_000) + 1
}

const hour12 = (date: Date): number => date.getHours() % 12 || 12

const conversions: Readonly<Record<string, string | ((date: Date) => string)>> = {
  a: (date) => (days[date.getDay()] ?? '').slice(0, 3),
  A: (date) => days[date.getDay()] ?? '',
  b: (date) => (months[date.getMonth()] ?? '').slice(0, 3),
  B: (date) => months[date.getMonth()] ?? '',
  c: '%a %b %e %H:%M:%S %Y',
  C: (date) => padded(Math.floor(date.getFullYear() / 100)),
  d: (date) => padded(date.getDate()),
  D: '%m/%d/%y',
  e: (date) => padded(date.getDate(), 2, ' '),
  F: '%Y-%m-%d',
  h: '%b',
  H: (date) => padded(date.getHours()),
  I: (date) => padded(hour12(date)),
  j: (date) => padded(dayOfYear(date), 3),
  k: (date) => padded(date.getHours(), 2, ' '),
  l: (date) => padded(hour12(date), 2, ' '),
  m: (date) => padded(date.getMonth() + 1),
  M: (date) => padded(date.getMinutes()),
  n: () => '\n',
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  r: '%I:%M:%S %p',
  R: '%H:%M',
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  S: (date) => padded(date.getSeconds()),
  t: () => '\t',
  T: '%H:%M:%S',
  u: (date) => String(date.getDay() || 7),
  w: (date) => String(date.getDay()),
  x: '%m/%d/%y',
  X: '%H:%M:%S',
  y: (date) => padded(date.getFullYear() % 100),
  Y: (date) => String(date.getFullYear()),
  z: zone,
  Z: (date) =>
    /\(?([A-Z]{2,5})\)?$/.exec(date.toLocaleTimeString('en-US', { timeZoneName: 'short' }))?.[1] ?? zone(date),
  '%': () => '%',
}

/** Local time as C's strftime() writes it in the C locale; a conversion that does not exist stays as it is. */
export function strftime(format: string, time: number): string {
  const date = new Date(time)
  return format.replaceAll(/%(.)/gs, (whole, letter: string) => {
    const conversion = Object.hasOwn(conversions, letter) ? conversions[letter] : undefined
    if (conversion === undefined) return whole
    return typeof conversion === 'string' ? strftime(conversion, time) : conversion(date)
  })
}
