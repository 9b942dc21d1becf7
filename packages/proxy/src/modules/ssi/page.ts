/** What the includes of one answer share: variables, blocks, what the last regular expression found. */
import type { Request } from '../../http/request.ts'
import type { Getter } from '../../model/variable.ts'

/** Finds a variable of the configuration by its name. */
export type FindVariable = (name: string) => Getter | undefined

const pages = new WeakMap<Request, Page>()

/** The state of one client's answer. */
export class Page {
  readonly variables: Map<string, string> = new Map<string, string>()
  readonly blocks: Map<string, string> = new Map<string, string>()
  captures: RegExpExecArray | undefined

  /** The page a request, or the one it was made for, belongs to. */
  static of(request: Request): Page {
    const known = pages.get(request.main)
    if (known !== undefined) return known
    const page = new Page()
    pages.set(request.main, page)
    return page
  }

  /** The value of a name: of the page, or of the configuration. */
  read(request: Request, name: string, find: FindVariable): string | undefined {
    const lower = name.toLowerCase()
    const capture = /^\d$/.test(lower) ? this.captures?.[Number(lower)] : undefined
    return capture ?? this.variables.get(lower) ?? find(lower)?.(request)
  }
}
