/** `add_before_body`, `add_after_body`: the answers of other locations around that of a request. */
import { BodyFilter } from '../http/body-filter.ts'
import { forgetLength, weakenEtag } from '../http/changed-body.ts'
import { hasMediaType } from '../http/media-type.ts'
import type { Request } from '../http/request.ts'
import { startSubrequest } from '../http/subrequest.ts'
import type { Module } from '../model/module.ts'
import { mediaTypesRow, row, textOf } from '../model/row.ts'
import { setting } from '../model/setting.ts'

interface Addition {
  readonly before: string
  readonly after: string
  readonly types: ReadonlySet<string>
}

const before = setting('add_before_body', '')
const after = setting('add_after_body', '')
const types = setting<ReadonlySet<string>>('addition_types', new Set(['text/html']))

/** Asks for the additions when the body begins and when it ends. */
class AdditionFilter extends BodyFilter {
  readonly #request: Request
  readonly #addition: Addition
  #hasBegun = false

  constructor(request: Request, addition: Addition) {
    super()
    this.#request = request
    this.#addition = addition
  }

  write(chunk: Buffer | string): boolean {
    this.#begin()
    return this.pass(chunk)
  }

  end(): void {
    this.#begin()
    this.#add(this.#addition.after)
    this.passEnd()
  }

  #begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    this.#add(this.#addition.before)
  }

  #add(uri: string): void {
    if (uri !== '') startSubrequest(this.#request, { uri, args: '', output: 'inline' })
  }
}

function filterHead(request: Request, addition: Addition): number {
  const { out } = request
  if (out.status !== 200 || request.main !== request || !hasMediaType(addition.types, out.contentType)) return 0
  forgetLength(request)
  weakenEtag(request)
  request.addFilter(new AdditionFilter(request, addition))
  return 0
}

/** The addition module. */
export const addition: Module = {
  name: 'addition',
  directives: [
    row('add_before_body', 'A location whose answer comes first.', { once: true }, (scope, statement) =>
      scope.set(before, textOf(statement, 0)),
    ),
    row('add_after_body', 'A location whose answer comes last.', { once: true }, (scope, statement) =>
      scope.set(after, textOf(statement, 0)),
    ),
    mediaTypesRow('addition_types', types, 'Media types of answers that get additions.'),
  ],
  attach: (scope) => {
    const settings = { before: scope.value(before), after: scope.value(after), types: scope.value(types) }
    if (settings.before === '' && settings.after === '') return undefined
    return { headerFilter: (request) => filterHead(request, settings) }
  },
}
