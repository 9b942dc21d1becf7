/** `empty_gif`: a transparent pixel. */
import { taken, type Module } from '../model/module.ts'
import { row } from '../model/row.ts'
import { setting } from '../model/setting.ts'
import type { Request } from '../http/request.ts'

const emptyGifSetting = setting('empty_gif', false, 'nameless')
const pixel = Buffer.from('R0lGODlhAQABAIABAAAAAP///yH5BAEAAAEALAAAAAABAAEAAAICTAEAOw==', 'base64')

function sendPixel(request: Request): number {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 405
  request.out.contentType = 'image/gif'
  request.out.lastModified = 'Mon, 28 Sep 1970 06:00:00 GMT'
  request.out.lastModifiedTime = 23_349_600
  request.respond(200, pixel)
  return taken
}

/** The empty_gif module. */
export const emptyGif: Module = {
  name: 'empty_gif',
  directives: [
    row('empty_gif', 'Answers with a transparent pixel.', { contexts: ['location'], args: [0, 0] }, (scope) =>
      scope.set(emptyGifSetting, true),
    ),
  ],
  attach: (scope) => (scope.value(emptyGifSetting) ? { content: sendPixel } : undefined),
}
