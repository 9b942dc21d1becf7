import type { Context, Handler } from 'hono'
import type { PictureStore } from './picture-store.ts'

/** Sends a picture to be shown in the page, or to be saved as a file. Its name is its content's hash, hence its ETag. */
export function showPicture(pictures: PictureStore, disposition: 'inline' | 'attachment'): Handler {
  return async (context: Context) => {
    const name = context.req.param('name') ?? ''
    const picture = await pictures.get(name)
    if (picture === undefined) return context.notFound()
    const headers = { ETag: `"${name}"`, 'Cache-Control': 'public, max-age=31536000, immutable' }
    if (context.req.header('if-none-match')?.includes(headers.ETag)) return context.body(null, 304, headers)
    return new Response(picture.content, {
      headers: {
        ...headers,
        'Content-Type': picture.type.mime,
        'Content-Length': String(picture.content.size),
        'Content-Disposition': `${disposition}; filename="picture-${name.slice(0, 8)}.${picture.type.extension}"`,
      },
    })
  }
}
