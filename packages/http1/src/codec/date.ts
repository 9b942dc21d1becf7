let second = -1
let text = ''

/** An IMF-fixdate (RFC 9110 section 5.6.7) of `now`, in milliseconds; made once per second. */
export function httpDate(now: number = Date.now()): string {
  const current = Math.floor(now / 1000)
  if (current !== second) {
    second = current
    text = new Date(current * 1000).toUTCString()
  }
  return text
}
