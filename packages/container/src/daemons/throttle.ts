/** Seconds within which a second start counts as a quick one. */
const quick = 3

/**
 * Seconds to wait before a daemon is started again, as uWSGI counts: none when the last start was more than three
 * seconds ago, else one more with each start it ever had, up to `maximum`. Times are in seconds.
 */
export function throttle(starts: number, sinceLastStart: number, maximum: number): number {
  if (sinceLastStart > quick) return 0
  return Math.min(Math.max(1, starts - Math.floor(sinceLastStart)), maximum)
}
