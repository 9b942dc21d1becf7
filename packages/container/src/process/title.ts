/** What the processes are called in `ps`. */
export interface TitleSettings {
  /** Before every name. */
  readonly prefix: string
  /** After every name. */
  readonly append: string
  /** Instead of every name. */
  readonly name: string | undefined
  /** Instead of the master's name. */
  readonly master: string | undefined
}

/** The title of `master`, `worker 1`, `mule 1` and so on. */
export function titleOf({ prefix, append, name, master }: TitleSettings, role: string): string {
  const own = (role === 'master' ? master : undefined) ?? name ?? `trivet-container ${role}`
  return prefix + own + append
}
