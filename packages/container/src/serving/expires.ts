import type { Environ, HeaderList } from '@trivet/gateway'
import { requestUri } from '../log/request-record.ts'
import type { ExpiresRule } from './settings.ts'

/** The Expires header of a file by the first rule that fits; undefined when none does. */
export function expiresOf(
  rules: readonly ExpiresRule[],
  environ: Environ,
  file: string,
  headers: HeaderList,
  now: number = Date.now(),
): string | undefined {
  const header = (name: string): string => headers.find(([one]) => one.toLowerCase() === name)?.[1] ?? ''
  const subjects: Readonly<Record<ExpiresRule['subject'], string>> = {
    file,
    'path-info': environ.PATH_INFO,
    uri: requestUri(environ),
    type: header('content-type').split(';')[0] ?? '',
  }
  const rule = rules.find(({ subject, pattern }) =>
    subject === 'type' ? subjects.type === pattern : new RegExp(pattern).test(subjects[subject]),
  )
  if (rule === undefined) return undefined
  const from = rule.from === 'now' ? now : Date.parse(header('last-modified'))
  return new Date(from + rule.seconds * 1000).toUTCString()
}
