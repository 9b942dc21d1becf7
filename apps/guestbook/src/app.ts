import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import { serveAsset } from './assets.ts'
import { entryText } from './entry-view.ts'
import { eventStream } from './event-stream.ts'
import { type FormErrors, type FormValues, pictureProblem, readForm } from './form.ts'
import type { Guestbook } from './guestbook.ts'
import { pageView } from './page.ts'
import { largestPicture } from './picture-store.ts'
import { showPicture } from './picture-route.ts'
import { sameOrigin } from './same-origin.ts'

/** Entries on one page. */
const pageLength = 20

/** The application over an open guestbook. */
export function createApp(guestbook: Guestbook): Hono {
  const { entries, pictures, feed } = guestbook
  const app = new Hono()
  // Whether every later visit must be over TLS is for the proxy to say, who knows whether there is any.
  app.use(secureHeaders({ contentSecurityPolicy, referrerPolicy: 'same-origin', strictTransportSecurity: false }))
  app.use(sameOrigin)

  app.get('/', (context) => {
    const before = Number(context.req.query('before'))
    return context.html(page(guestbook, Number.isSafeInteger(before) && before > 0 ? before : undefined))
  })

  const limit = bodyLimit({
    // The picture, and room for the rest of the form around it.
    maxSize: largestPicture + 64 * 1024,
    onError: (context) => context.html(page(guestbook, undefined, { errors: { picture: pictureProblem } }), 413),
  })
  app.post('/entries', limit, async (context) => {
    const form = readForm(await context.req.parseBody())
    const { values } = form
    let { errors } = form
    let picture: string | undefined
    if (form.picture !== undefined && Object.keys(errors).length === 0) {
      picture = await pictures.add(await form.picture.bytes())
      if (picture === undefined) errors = { picture: pictureProblem }
    }
    if (Object.keys(errors).length > 0) return context.html(page(guestbook, undefined, { values, errors }), 422)
    const entry = entries.add({ ...values, picture })
    feed.look()
    return context.redirect(`/#entry-${entry.id}`, 303)
  })
  app.all('/entries', (context) => context.text('Method Not Allowed\n', 405, { Allow: 'POST' }))

  app.get('/entries/stream', (context) => {
    const last = Number(context.req.header('last-event-id') ?? context.req.query('after') ?? Number.NaN)
    return eventStream(feed, entryText, Number.isSafeInteger(last) ? last : undefined)
  })

  app.get('/pictures/:name', showPicture(pictures, 'inline'))
  app.get('/pictures/:name/download', showPicture(pictures, 'attachment'))
  app.get('/assets/:name', serveAsset)
  app.get('/health', (context) =>
    context.json({ status: 'ok', pid: process.pid, entries: entries.totals().count, readers: feed.readers }),
  )
  app.notFound((context) => context.text('There is no such page in this book.\n', 404))
  return app
}

/** Nothing but our own files runs or loads; `blob:` is the preview of a chosen picture. */
const contentSecurityPolicy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  scriptSrc: ["'self'"],
  imgSrc: ["'self'", 'blob:'],
  connectSrc: ["'self'"],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
}

function page(
  { entries }: Guestbook,
  before: number | undefined,
  form: { values?: FormValues; errors?: FormErrors } = {},
): ReturnType<typeof pageView> {
  const shown = entries.before(before ?? Number.MAX_SAFE_INTEGER, pageLength + 1)
  const older = shown.length > pageLength ? shown[pageLength - 1]?.id : undefined
  return pageView({
    entries: shown.slice(0, pageLength),
    count: entries.totals().count,
    older,
    newest: before === undefined,
    ...form,
  })
}
