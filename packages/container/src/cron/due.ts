import type { CronRule } from './settings.ts'

/**
 * Whether a rule names the minute of `date`, in local time. With both a day of the month and a weekday one of them is
 * enough, as in crontab(5).
 */
export function isDue(rule: CronRule, date: Date): boolean {
  const weekday = date.getDay()
  const day = fits(rule.day, date.getDate())
  const week = fits(rule.week === 7 ? 0 : rule.week, weekday)
  return (
    fits(rule.minute, date.getMinutes()) &&
    fits(rule.hour, date.getHours()) &&
    fits(rule.month, date.getMonth() + 1) &&
    (rule.day >= 0 && rule.week >= 0 ? day || week : day && week)
  )
}

function fits(wanted: number, actual: number): boolean {
  return wanted < 0 ? actual % -wanted === 0 : actual === wanted
}
