import type { RequestLogSettings } from '../config/model/logs.ts'
import { logsRequests } from '../config/model/logs.ts'
import type { RequestRecord } from './request-record.ts'

/** Whether a request gets a line: all do, or with `disable-logging` those that a condition names; undefined when none ever does. */
export function compileConditions(settings: RequestLogSettings): ((record: RequestRecord) => boolean) | undefined {
  const { empty, status4xx, status5xx, slow, big } = settings.conditions
  if (settings.requests) return () => true
  if (!logsRequests(settings)) return undefined
  return ({ bytes, status = '', duration }) =>
    (empty && bytes === 0) ||
    (status4xx && status.startsWith('4')) ||
    (status5xx && status.startsWith('5')) ||
    (slow !== undefined && duration >= slow) ||
    (big !== undefined && bytes >= big)
}
