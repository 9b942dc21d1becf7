import { readsFile } from '../config/formats.ts'
import type { Setting } from '../config/setting.ts'
import { findOption } from './lookup.ts'

/**
 * All settings as one ini, references resolved, as uWSGI's `--show-config` prints them. It can be read again: what other
 * files said stands in it, so that they are only named in comments.
 */
export function showConfig(settings: readonly Setting[]): string {
  return `;container configuration\n[uwsgi]\n${settings.map((setting) => `${line(setting)}\n`).join('')};end of configuration\n`
}

function line({ name, value, placeholder }: Setting): string {
  if (placeholder === true) return `set-placeholder = ${name}=${value}`
  const text = value === '' ? name : `${name} = ${value}`
  return readsFile(findOption(name)?.name ?? name) ? `;${text}` : text
}
