/** The commands in one body are carried out as it passes; a command that waits for its subrequest holds the rest back. */
import { BodyFilter, textOfPiece } from '../../http/body-filter.ts'
import type { Request } from '../../http/request.ts'
import { commands, defaultEncoding, type CommandRow } from './commands.ts'
import { SsiError } from './expression.ts'
import { Page, type FindVariable } from './page.ts'
import { Scanner, type Command } from './scanner.ts'

/** What a location says about its includes. */
export interface SsiSettings {
  readonly types: ReadonlySet<string>
  readonly keepsModified: boolean
  readonly isSilent: boolean
  readonly longestValue: number
  readonly find: FindVariable
}

/** The format of `$date_local` and `$date_gmt` until a page says otherwise. */
export const defaultTimeFormat = '%A, %d-%b-%Y %H:%M:%S %Z'
const defaultErrorMessage = '[an error occurred while processing the directive]'

const filters = new WeakMap<Request, SsiFilter>()

/** The filter of a request's body, if it has one. */
export function ssiOf(request: Request): SsiFilter | undefined {
  return filters.get(request)
}

/** Carries out the commands of one body. */
export class SsiFilter extends BodyFilter {
  readonly request: Request
  readonly page: Page
  errorMessage: string = defaultErrorMessage
  timeFormat: string = defaultTimeFormat
  encode: (text: string) => string = defaultEncoding
  /** False in the branches of an `if` that was not chosen, and in blocks. */
  isOutput = true
  hasChosen = false
  condition: 'if' | 'else' | undefined
  /** The block that is being read. */
  block: string | undefined
  /** A subrequest is to end before anything else happens. */
  isWaiting = false
  readonly #settings: SsiSettings
  readonly #scanner: Scanner
  #ready = ''
  #hasEnded = false
  #hasRoom = true
  #isHeld = false

  constructor(request: Request, settings: SsiSettings) {
    super()
    this.request = request
    this.page = Page.of(request)
    this.#settings = settings
    this.#scanner = new Scanner(settings.longestValue)
    filters.set(request, this)
  }

  get find(): FindVariable {
    return this.#settings.find
  }

  write(chunk: Buffer | string): boolean {
    this.#scanner.push(textOfPiece(chunk))
    this.#run()
    this.#isHeld = this.isWaiting || !this.#hasRoom
    return !this.#isHeld
  }

  end(): void {
    this.#hasEnded = true
    this.#run()
  }

  override mayResume(): boolean {
    if (!super.mayResume()) return false
    this.#hasRoom = true
    return !this.isWaiting
  }

  /** What was waited for has come. */
  goOn(): void {
    this.isWaiting = false
    if (this.request.finished) return
    this.#run()
    if (this.isWaiting || !this.#isHeld || this.#hasEnded) return
    this.#isHeld = false
    this.request.resumeBody()
  }

  /** Puts text into the answer. */
  put(text: string): void {
    this.#ready += text
  }

  /** All that was put is handed on: a subrequest comes behind it. */
  flush(): void {
    const text = this.#ready
    this.#ready = ''
    if (!this.pass(text)) this.#hasRoom = false
  }

  #run(): void {
    while (!this.isWaiting) {
      const piece = this.#scanner.next(this.#hasEnded)
      if (piece === undefined) break
      if (piece.kind === 'text') this.#text(piece.text)
      else if (piece.kind === 'error') this.#fail(piece.message)
      else this.#command(piece.command)
    }
    this.flush()
    if (this.#hasEnded && !this.isWaiting) this.passEnd()
  }

  #text(text: string): void {
    if (this.isOutput) this.put(text)
    else if (this.block !== undefined) this.#addToBlock(text)
  }

  #addToBlock(text: string): void {
    const { blocks } = this.page
    const name = this.block ?? ''
    blocks.set(name, (blocks.get(name) ?? '') + text)
  }

  #command(command: Command): void {
    const row = Object.hasOwn(commands, command.name) ? commands[command.name] : undefined
    if (row === undefined) {
      if (this.isOutput) this.#fail(`invalid SSI command: "${command.name}"`)
      return
    }
    if (!this.isOutput && row.endsBlock !== true) {
      if (this.block !== undefined) return this.#addToBlock(written(command))
      if (row.within === undefined) return
    }
    try {
      if (row.within !== undefined && !this.#isWithin(row.within))
        throw new SsiError(`invalid context of SSI command: "${command.name}"`)
      row.run(this, parametersOf(command, row))
    } catch (error) {
      if (!(error instanceof SsiError)) throw error
      this.#fail(error.message)
    }
  }

  /** `endif` may also stand behind `else`. */
  #isWithin(wanted: 'if' | 'else'): boolean {
    return this.condition === 'if' || (wanted === 'else' && this.condition === 'else')
  }

  #fail(message: string): void {
    this.request.log('error', message)
    if (!this.#settings.isSilent) this.put(this.errorMessage)
  }
}

function written({ name, parameters }: Command): string {
  return `<!--#${name}${parameters.map(([key, value]) => ` ${key}="${value}"`).join('')} -->`
}

function parametersOf({ name, parameters }: Command, row: CommandRow): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [key, value] of parameters) {
    if (!row.parameters.includes(key) && !row.parameters.includes(`!${key}`))
      throw new SsiError(`invalid parameter name: "${key}" in "${name}" SSI command`)
    if (Object.hasOwn(result, key)) throw new SsiError(`duplicate "${key}" parameter in "${name}" SSI command`)
    result[key] = value
  }
  const absent = row.parameters.find((key) => key.startsWith('!') && !Object.hasOwn(result, key.slice(1)))
  if (absent !== undefined)
    throw new SsiError(`mandatory "${absent.slice(1)}" parameter is absent in "${name}" SSI command`)
  return result
}
