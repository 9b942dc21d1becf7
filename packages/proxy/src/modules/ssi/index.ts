/** `ssi`: server-side includes, commands in pages that put other answers, variables and choices into them. */
import { flagRow, sizeRow } from '../../language/rows.ts'
import { forgetLength, forgetValidators, weakenEtag } from '../../http/changed-body.ts'
import { hasMediaType } from '../../http/media-type.ts'
import type { Request } from '../../http/request.ts'
import type { Module } from '../../model/module.ts'
import { acceptedRow, everywhere, everywhereAndIf, mediaTypesRow } from '../../model/row.ts'
import { setting } from '../../model/setting.ts'
import { SsiFilter, defaultTimeFormat, ssiOf, type SsiSettings } from './filter.ts'
import { memoryLimit, memoryLimitKey } from './memory-limit.ts'
import { formatTime } from './time-format.ts'

const enabled = setting('ssi', false)
const silent = setting('ssi_silent_errors', false)
const lastModified = setting('ssi_last_modified', false)
const longestValue = setting('ssi_value_length', 256)
const types = setting<ReadonlySet<string>>('ssi_types', new Set(['text/html']))

function filterHead(request: Request, settings: SsiSettings): number {
  const { out } = request
  if (out.contentLength === 0 || !hasMediaType(settings.types, out.contentType)) return 0
  if (request.main === request) {
    forgetLength(request)
    if (settings.keepsModified) weakenEtag(request)
    else forgetValidators(request)
  }
  request.addFilter(new SsiFilter(request, settings))
  return 0
}

function date(request: Request, isLocal: boolean): string {
  return formatTime(ssiOf(request)?.timeFormat ?? defaultTimeFormat, new Date(), isLocal)
}

/** The ssi module. */
export const ssi: Module = {
  name: 'ssi',
  directives: [
    flagRow('ssi', everywhereAndIf, enabled, 'Whether commands in pages are carried out.'),
    flagRow('ssi_silent_errors', everywhere, silent, 'Whether a failed command leaves nothing in the page.'),
    flagRow('ssi_last_modified', everywhere, lastModified, 'Whether Last-Modified stays.'),
    sizeRow('ssi_value_length', everywhere, longestValue, 'The longest value of a parameter.'),
    mediaTypesRow('ssi_types', types, 'Media types of pages with commands.'),
    sizeRow(
      'subrequest_output_buffer_size',
      everywhere,
      memoryLimit,
      'The largest answer that is put into a variable.',
    ),
    acceptedRow('ssi_min_file_chunk', 'Accepted: files are read by Node.'),
    acceptedRow('ssi_ignore_recycled_buffers', 'Accepted: buffers are managed by the engine.'),
  ],
  variables: {
    names: {
      date_local: (request) => date(request, true),
      date_gmt: (request) => date(request, false),
    },
  },
  attach: (scope) => {
    const keep = [memoryLimitKey, scope.value(memoryLimit)] as const
    if (!scope.value(enabled)) return keep[1] === memoryLimit.initial ? undefined : { keep }
    const settings: SsiSettings = {
      types: scope.value(types),
      keepsModified: scope.value(lastModified),
      isSilent: scope.value(silent),
      longestValue: scope.value(longestValue),
      find: (name) => scope.variables.find(name),
    }
    return { keep, headerFilter: (request) => filterHead(request, settings) }
  },
}
