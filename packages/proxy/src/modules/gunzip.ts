/** `gunzip`: answers that are compressed are unpacked for clients that do not accept that. */
import { createGunzip } from 'node:zlib'
import { flagRow } from '../language/rows.ts'
import { BodyFilter } from '../http/body-filter.ts'
import { forgetLength, weakenEtag } from '../http/changed-body.ts'
import type { Request } from '../http/request.ts'
import type { Module } from '../model/module.ts'
import { acceptedRow, everywhere } from '../model/row.ts'
import { setting } from '../model/setting.ts'
import { mayEncode, noteVary, readNegotiation, type Negotiation } from './negotiation.ts'

const enabled = setting('gunzip', false)

class GunzipFilter extends BodyFilter {
  readonly #stream = createGunzip()
  #isHeld = false

  constructor(request: Request) {
    super()
    this.#stream.on('data', (chunk: Buffer) => {
      if (!this.pass(chunk)) this.#stream.pause()
    })
    this.#stream.on('drain', () => {
      this.#isHeld = false
      request.resumeBody()
    })
    this.#stream.on('end', () => this.passEnd())
    this.#stream.on('error', (error) => {
      request.log('error', `inflate() failed: ${error.message}`)
      request.abort()
    })
  }

  write(chunk: Buffer | string): boolean {
    const hasRoom = typeof chunk === 'string' ? this.#stream.write(chunk, 'latin1') : this.#stream.write(chunk)
    this.#isHeld = !hasRoom
    return hasRoom
  }

  end(): void {
    this.#stream.end()
  }

  override mayResume(): boolean {
    if (!super.mayResume()) return false
    this.#stream.resume()
    return !this.#isHeld
  }

  override dispose(): void {
    this.#stream.destroy()
    super.dispose()
  }
}

function filterHead(request: Request, negotiation: Negotiation): number {
  const { out } = request
  if (out.get('content-encoding')?.toLowerCase() !== 'gzip') return 0
  noteVary(request, negotiation)
  if (mayEncode(request, negotiation, 'gzip')) return 0
  out.remove('content-encoding')
  forgetLength(request)
  weakenEtag(request)
  if (request.method !== 'HEAD' && !request.headOnly) request.addFilter(new GunzipFilter(request))
  return 0
}

/** The gunzip module. */
export const gunzip: Module = {
  name: 'gunzip',
  directives: [
    flagRow('gunzip', everywhere, enabled, 'Whether answers are unpacked for clients that cannot.'),
    acceptedRow('gunzip_buffers', 'Accepted: memory is managed by the engine.'),
  ],
  attach: (scope) => {
    if (!scope.value(enabled)) return undefined
    const negotiation = readNegotiation(scope)
    return { headerFilter: (request) => filterHead(request, negotiation) }
  },
}
