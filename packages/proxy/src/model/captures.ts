/** Named captures: `(?<name>...)` makes the variable `$name`, set whenever the pattern matches. */
import type { Request } from '../http/request.ts'
import type { Pattern } from './pattern.ts'
import type { VariableTable } from './variable.ts'

/** Hands one named group of a match to its variable. */
export type GroupBinding = (request: Request, groups: Readonly<Record<string, string>>) => void

/** Makes the variables of a pattern's named groups. */
export function bindGroups(pattern: Pattern, variables: VariableTable): readonly GroupBinding[] {
  return pattern.names.flatMap((name) => {
    const assign = variables.assignable(name)
    return assign === undefined
      ? []
      : [(request: Request, groups: Readonly<Record<string, string>>) => assign(request, groups[name] ?? '')]
  })
}

/** Matches a pattern; on success the request's captures and named variables are set. */
export function matches(
  request: Request,
  subject: string,
  pattern: Pattern,
  bindings: readonly GroupBinding[],
): boolean {
  const captures = pattern.regex.exec(subject)
  if (captures === null) return false
  request.captures = captures
  if (captures.groups !== undefined) for (const bind of bindings) bind(request, captures.groups)
  return true
}
