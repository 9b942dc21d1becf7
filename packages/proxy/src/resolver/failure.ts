/** Why a name could not be resolved: DNS's codes in nginx's words. */

/** A name that could not be resolved. */
export interface ResolveFailure {
  readonly code: number
  /** `Host not found` */
  readonly text: string
}

const texts: Readonly<Record<number, string>> = {
  1: 'Format error',
  2: 'Server failure',
  3: 'Host not found',
  4: 'Unimplemented',
  5: 'Operation refused',
  110: 'Operation timed out',
}

/** No such name, or one without addresses. */
export const notFound = 3
/** The code of a system's error, as nginx has it: no server answered in time. */
export const timedOut = 110

/** The failure of a code. */
export function resolveFailure(code: number): ResolveFailure {
  return { code, text: texts[code] ?? 'Unknown error' }
}
