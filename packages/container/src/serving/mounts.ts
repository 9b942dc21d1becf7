/** Several applications in one worker: uWSGI's `mount`, the longest prefix first, compared by whole segments. */
import type { Application } from '@trivet/gateway'
import { mount, notFound } from '@trivet/middleware'

/**
 * The applications below their prefixes. With `manage` the prefix is found at the beginning of PATH_INFO and moves to
 * SCRIPT_NAME; without, a proxy in front has set SCRIPT_NAME, and who it names exactly answers.
 */
export function withMounts(
  applications: readonly { readonly prefix: string; readonly application: Application }[],
  manage: boolean,
): Application {
  if (manage)
    return mount(Object.fromEntries(applications.map(({ prefix, application }) => [`${prefix}/`, application])))
  const byName = new Map(applications.map(({ prefix, application }) => [prefix, application]))
  return (environ, startResponse) => {
    const chosen = byName.get(environ.SCRIPT_NAME) ?? byName.get('') ?? notFound
    return chosen(environ, startResponse)
  }
}
