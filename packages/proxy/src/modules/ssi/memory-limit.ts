/** `subrequest_output_buffer_size`: the largest answer that is put into a variable, by the location that answers. */
import { key, type Key } from '../../language/directive.ts'
import type { Request } from '../../http/request.ts'
import { keptIn } from '../../model/location.ts'
import { setting, type Setting } from '../../model/setting.ts'

/** In bytes; nginx's is a page of memory. */
export const memoryLimit: Setting<number> = setting('subrequest_output_buffer_size', 4096)
export const memoryLimitKey: Key<number> = key('subrequest_output_buffer_size')

/** What holds for an answer. */
export function memoryLimitOf(request: Request): number {
  return keptIn(request.location, memoryLimitKey) ?? memoryLimit.initial
}
