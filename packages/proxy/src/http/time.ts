/** HTTP dates (RFC 9110 section 5.6.7) in seconds. */

const shapes = [
  /^(?:\w+, )(\d{1,2}) (\w{3}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/,
  /^(?:\w+, )(\d{1,2})-(\w{3})-(\d{2}) (\d\d):(\d\d):(\d\d) GMT$/,
]
const months: ReadonlyMap<string, number> = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, index) => [
    name,
    index,
  ]),
)

/** Seconds since 1970 of an HTTP date in any of its three forms; -1 when it is none. */
export function httpTime(text: string): number {
  const asctime = /^\w+ (\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})$/.exec(text)
  const parts =
    asctime === null
      ? shapes
          .map((shape) => shape.exec(text))
          .find((match) => match !== null)
          ?.slice(1)
      : reorder(asctime)
  if (parts === undefined) return -1
  const [day, name = '', year, hours, minutes, seconds] = parts
  const month = months.get(name)
  if (month === undefined) return -1
  const short = Number(year)
  const full = year?.length === 2 ? (short < 70 ? 2000 + short : 1900 + short) : short
  const time = Date.UTC(full, month, Number(day), Number(hours), Number(minutes), Number(seconds))
  return new Date(time).getUTCMonth() === month ? time / 1000 : -1
}

function reorder([
  ,
  month = '',
  day = '',
  hours = '',
  minutes = '',
  seconds = '',
  year = '',
]: RegExpExecArray): string[] {
  return [day, month, year, hours, minutes, seconds]
}
