/** Answers compressed for clients that accept it (RFC 9110 section 12.5.3): the same for every coding. */
import type { Directive } from '../language/directive.ts'
import { flagRow, numberRow, sizeRow } from '../language/rows.ts'
import { BodyEncoder, type Coding } from '../http/body-encoder.ts'
import { forgetLength, weakenEtag } from '../http/changed-body.ts'
import { hasMediaType } from '../http/media-type.ts'
import type { Request } from '../http/request.ts'
import type { Module } from '../model/module.ts'
import { everywhere, everywhereAndIf, mediaTypesRow } from '../model/row.ts'
import { setting } from '../model/setting.ts'
import { mayEncode, noteVary, readNegotiation, type Negotiation } from './negotiation.ts'

/** How a module of this kind is told from the others. */
export interface Compression {
  /** What its directives begin with. */
  readonly prefix: string
  readonly coding: Coding
  readonly level: number
  readonly levels: readonly [least: number, most: number]
  readonly directives: readonly Directive[]
}

interface Settings {
  readonly coding: Coding
  readonly level: number
  readonly minLength: number
  readonly types: ReadonlySet<string>
  readonly negotiation: Negotiation
}

function isCompressible(request: Request, settings: Settings): boolean {
  const { out } = request
  if (out.status !== 200 && out.status !== 403 && out.status !== 404) return false
  if (out.indexOf('content-encoding') !== -1) return false
  if (out.contentLength !== -1 && out.contentLength < settings.minLength) return false
  return hasMediaType(settings.types, out.contentType)
}

function filterHead(request: Request, settings: Settings): number {
  if (!isCompressible(request, settings)) return 0
  noteVary(request, settings.negotiation)
  if (!mayEncode(request, settings.negotiation, settings.coding)) return 0
  request.out.add('Content-Encoding', settings.coding)
  forgetLength(request)
  weakenEtag(request)
  if (request.method !== 'HEAD')
    request.encoder = new BodyEncoder(request, settings.coding, settings.level, request.upstream !== undefined)
  return 0
}

/** Makes the module of one coding. */
export function compressionModule({ prefix, coding, level, levels, directives }: Compression): Module {
  const enabled = setting(prefix, false)
  const levelSetting = setting(`${prefix}_comp_level`, level)
  const minLength = setting(`${prefix}_min_length`, 20)
  const types = setting<ReadonlySet<string>>(`${prefix}_types`, new Set(['text/html']))
  return {
    name: prefix,
    directives: [
      flagRow(prefix, everywhereAndIf, enabled, 'Whether answers are compressed.'),
      numberRow(levelSetting.name, everywhere, levelSetting, `How hard to try, ${levels.join(' to ')}.`, levels),
      sizeRow(minLength.name, everywhere, minLength, 'Shorter answers of a known size stay as they are.'),
      mediaTypesRow(types.name, types, 'Media types to compress besides text/html.'),
      ...directives,
    ],
    attach: (scope) => {
      if (!scope.value(enabled)) return undefined
      const settings: Settings = {
        coding,
        level: scope.value(levelSetting),
        minLength: scope.value(minLength),
        types: scope.value(types),
        negotiation: readNegotiation(scope),
      }
      return { headerFilter: (request) => filterHead(request, settings) }
    },
  }
}
