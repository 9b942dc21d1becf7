import type { Setting } from '../config/setting.ts'

/** All settings as one ini, includes and references resolved, as uWSGI's `--show-config` prints them. */
export function showConfig(settings: readonly Setting[]): string {
  const lines = settings.map(({ name, value }) => (value === '' ? name : `${name} = ${value}`))
  return `;container configuration\n[uwsgi]\n${lines.join('\n')}\n;end of configuration\n`
}
