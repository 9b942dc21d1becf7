/** The sample application that `trivet up` runs when it is given none: the guestbook. */
import { fileURLToPath } from 'node:url'

/** What the sample needs: its configuration template, its module, variables for each. */
export interface Sample {
  readonly title: string
  readonly conf: string
  readonly module: string
  readonly variables: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
}

/** Finds the guestbook, in a checkout or installed. */
export function sample(): Sample {
  const manifest = import.meta.resolve('@trivet/guestbook/package.json')
  return {
    title: 'the guestbook',
    conf: fileURLToPath(new URL('nginx.conf.template', manifest)),
    module: fileURLToPath(import.meta.resolve('@trivet/guestbook')),
    variables: { PUBLIC: fileURLToPath(new URL('public', manifest)) },
    env: {},
  }
}
