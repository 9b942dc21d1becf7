/** The commands: which parameters each has, and what it does. */
import { splitUnsafe, escapeUri } from '../../http/uri.ts'
import { startSubrequest, type Subrequest } from '../../http/subrequest.ts'
import { memoryLimitOf } from './memory-limit.ts'
import { SsiError, evaluate, holds } from './expression.ts'
import type { SsiFilter } from './filter.ts'

type Parameters = Readonly<Record<string, string | undefined>>

/** One command. */
export interface CommandRow {
  /** Names of parameters, those that must be there with an exclamation mark. */
  readonly parameters: readonly string[]
  /** Only inside an `if`: before `else` has come, or also behind it. */
  readonly within?: 'if' | 'else'
  /** It ends a block, even where nothing is put out. */
  readonly endsBlock?: boolean
  readonly run: (filter: SsiFilter, parameters: Parameters) => void
}

const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' }
const encodings: Readonly<Record<string, (text: string) => string>> = {
  none: (text) => text,
  url: escapeUri,
  entity: (text) => text.replace(/[<>&"]/g, (character) => entities[character] ?? character),
}

/** The commands by their names. */
export const commands: Readonly<Record<string, CommandRow>> = {
  include: { parameters: ['virtual', 'file', 'wait', 'set', 'stub'], run: include },
  echo: { parameters: ['!var', 'default', 'encoding'], run: echo },
  config: {
    parameters: ['errmsg', 'timefmt'],
    run: (filter, { errmsg, timefmt }) => {
      filter.errorMessage = errmsg ?? filter.errorMessage
      filter.timeFormat = timefmt ?? filter.timeFormat
    },
  },
  set: {
    parameters: ['!var', '!value'],
    run: (filter, { var: name = '', value = '' }) => {
      filter.page.variables.set(name.toLowerCase(), evaluate(value, filter))
    },
  },
  if: {
    parameters: ['!expr'],
    run: (filter, { expr = '' }) => {
      if (filter.condition !== undefined) throw new SsiError('the "if" command inside the "if" command')
      choose(filter, expr)
    },
  },
  elif: { parameters: ['!expr'], within: 'if', run: (filter, { expr = '' }) => choose(filter, expr) },
  else: {
    parameters: [],
    within: 'if',
    run: (filter) => {
      filter.isOutput = !filter.hasChosen
      filter.condition = 'else'
    },
  },
  endif: {
    parameters: [],
    within: 'else',
    run: (filter) => {
      filter.isOutput = true
      filter.hasChosen = false
      filter.condition = undefined
    },
  },
  block: {
    parameters: ['!name'],
    run: (filter, { name = '' }) => {
      filter.page.blocks.set(name, '')
      filter.block = name
      filter.isOutput = false
    },
  },
  endblock: {
    parameters: [],
    endsBlock: true,
    run: (filter) => {
      filter.block = undefined
      filter.isOutput = true
    },
  },
}

function choose(filter: SsiFilter, expression: string): void {
  if (filter.hasChosen) {
    filter.isOutput = false
    return
  }
  filter.isOutput = holds(expression, filter)
  filter.hasChosen = filter.isOutput
  filter.condition = 'if'
}

function echo(filter: SsiFilter, { var: name = '', default: fallback, encoding }: Parameters): void {
  const { request, page, find } = filter
  const value = page.read(request, name, find) ?? fallback ?? '(none)'
  const encode = encoding === undefined ? filter.encode : encodings[encoding]
  if (encode === undefined) request.log('error', `unknown encoding "${encoding}" in the "echo" command`)
  else filter.encode = encode
  filter.put(filter.encode(value))
}

/** What texts are encoded as unless told otherwise. */
export const defaultEncoding: (text: string) => string = (text) => encodings['entity']?.(text) ?? text

function waits(text: string | undefined): boolean {
  if (text === undefined || /^no$/i.test(text)) return false
  if (/^yes$/i.test(text)) return true
  throw new SsiError(`invalid value "${text}" in the "wait" parameter`)
}

function include(filter: SsiFilter, { virtual, file, wait, set, stub }: Parameters): void {
  if (virtual !== undefined && file !== undefined)
    throw new SsiError(`inclusion may be either virtual="${virtual}" or file="${file}"`)
  const target = virtual ?? file
  if (target === undefined) throw new SsiError('no parameter in "include" SSI command')
  if (set !== undefined && stub !== undefined)
    throw new SsiError('"set" and "stub" cannot be used together in "include" SSI command')
  if (wait !== undefined && virtual === undefined) throw new SsiError(`"wait" cannot be used with file="${file}"`)
  const isWaited = waits(wait) || virtual === undefined || set !== undefined
  const { path, args } = addressOf(filter, target)
  const text = stub === undefined ? undefined : filter.page.blocks.get(stub)
  if (stub !== undefined && text === undefined) throw new SsiError(`"stub"="${stub}" for "include" not found`)
  if (isWaited && filter.isWaiting) filter.request.log('error', 'can only wait for one subrequest at a time')
  filter.flush()
  const sub = startSubrequest(filter.request, {
    uri: path,
    args,
    output: set === undefined ? 'inline' : 'memory',
    memoryLimit: memoryLimitOf,
    onResult: (answer, status) => {
      if (set !== undefined && status < 300 && answer.out.status < 300)
        filter.page.variables.set(set.toLowerCase(), answer.text)
      return text === undefined || answer.hasOutput ? status : putStub(answer, text)
    },
    onDone: () => {
      if (isWaited) filter.goOn()
    },
  })
  if (sub === undefined) throw new SsiError(`subrequests cycle while processing "${path}"`)
  if (isWaited) filter.isWaiting = true
}

function addressOf(filter: SsiFilter, target: string): { readonly path: string; readonly args: string } {
  const text = evaluate(target, filter)
  const { uri } = filter.request
  const whole = text.startsWith('/') ? text : uri.slice(0, uri.lastIndexOf('/') + 1) + text
  const address = splitUnsafe(whole)
  if (address === undefined) throw new SsiError(`unsafe URI "${whole}" was detected`)
  return address
}

/** In place of an answer that is empty or an error. */
function putStub(answer: Subrequest, text: string): number {
  if (!answer.headSent) {
    answer.out.contentType = answer.parent.out.contentType
    answer.out.status = 200
    answer.sendHead()
  }
  answer.write(text)
  return 0
}
