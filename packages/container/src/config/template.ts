/**
 * References inside a value: `$(ENV)`, `@(file)`, `%(placeholder)`. They nest (`@($(HOME)/key)`), a plain parenthesis
 * inside one must be closed too, and what is never closed is text. uWSGI replaces in the text itself, pass by pass, and
 * looks at the result again; here a value is read once, so that what an environment variable or a file holds is never
 * taken for a reference.
 */

/** What stands before the parenthesis. */
export type Sign = '$' | '@' | '%'

/** A value in pieces: text, and references with their own pieces. */
export type Part = string | Reference

/** One reference; its name may hold others. */
export interface Reference {
  readonly sign: Sign
  readonly name: readonly Part[]
}

interface Frame {
  /** Undefined for a plain parenthesis. */
  readonly sign: Sign | undefined
  readonly parts: Part[]
}

/** References inside references: nobody writes three. */
const maximumDepth = 64

const isSign = (text: string): text is Sign => text === '$' || text === '@' || text === '%'

/** Splits a value; one pass, never throws. */
export function parseTemplate(text: string): readonly Part[] {
  const whole: Part[] = []
  const open: Frame[] = []
  const top = (): Part[] => open.at(-1)?.parts ?? whole
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at)
    const deep = open.length >= maximumDepth
    if (isSign(letter) && text[at + 1] === '(' && !deep) {
      open.push({ sign: letter, parts: [] })
      at += 1
    } else if (letter === '(' && open.length > 0 && !deep) open.push({ sign: undefined, parts: [] })
    else if (letter === ')' && open.length > 0) close(open, top)
    else append(top(), letter)
  }
  while (open.length > 0) {
    const { sign = '', parts } = open.pop() ?? { parts: [] }
    append(top(), `${sign}(`)
    for (const part of parts) append(top(), part)
  }
  return whole
}

function close(open: Frame[], top: () => Part[]): void {
  const { sign, parts } = open.pop() ?? { sign: undefined, parts: [] }
  if (sign !== undefined && parts.length > 0) return void top().push({ sign, name: parts })
  append(top(), `${sign ?? ''}(`)
  for (const part of parts) append(top(), part)
  append(top(), ')')
}

/** Text joins the text before it. */
function append(parts: Part[], part: Part): void {
  const last = parts.at(-1)
  if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part
  else parts.push(part)
}
