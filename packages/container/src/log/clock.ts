const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (number: number): string => String(number).padStart(2, '0')

let lastSecond = -1
let lastText = ''

/** `Sun Nov 22 19:30:18 2026`, as C's ctime() writes local time; cached per second. */
export function ctime(time: number): string {
  const second = Math.floor(time / 1000)
  if (second === lastSecond) return lastText
  const date = new Date(time)
  const day = String(date.getDate()).padStart(2)
  lastSecond = second
  lastText = `${days[date.getDay()]} ${months[date.getMonth()]} ${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${date.getFullYear()}`
  return lastText
}

/** `22/Nov/2026:19:30:18 +0100`, as the common log format wants it. */
export function commonLogTime(time: number): string {
  const date = new Date(time)
  const offset = -date.getTimezoneOffset()
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`
  return `${two(date.getDate())}/${months[date.getMonth()]}/${date.getFullYear()}:${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} ${zone}`
}
