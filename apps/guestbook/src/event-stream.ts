/** Server-sent events (the HTML standard, section 9.2): one `entry` event per new entry, its id, its HTML. */
import type { Entry } from './entry-store.ts'
import type { Feed } from './feed.ts'

/** Milliseconds between two comments that keep proxies from thinking the stream dead. */
const heartbeat = 15_000
/** Events a reader may be behind before it is let go; its browser comes back and asks for the rest. */
const patience = 256

/** The stream of entries after `last`; ends when the reader goes away. */
export function eventStream(feed: Feed, render: (entry: Entry) => string, last?: number): Response {
  const encoder = new TextEncoder()
  let stop: (() => void) | undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string): void => {
        if ((controller.desiredSize ?? 0) < -patience) {
          stop?.()
          controller.close()
        } else controller.enqueue(encoder.encode(text))
      }
      // At once, so that the reader knows the stream is open; then every entry.
      send('retry: 1000\n\n')
      const unsubscribe = feed.subscribe((entry) => send(formatEvent(entry.id, 'entry', render(entry))), last)
      const timer = setInterval(() => send(': still here\n\n'), heartbeat).unref()
      stop = () => {
        clearInterval(timer)
        unsubscribe()
      }
    },
    cancel: () => stop?.(),
  })
  return new Response(body, {
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no', // nginx and its kin: pass each event on at once
    },
  })
}

/** One event; every line of the data has its own `data:`. */
export function formatEvent(id: number, name: string, data: string): string {
  return `id: ${id}\nevent: ${name}\n${data.replaceAll(/^/gm, 'data: ')}\n\n`
}
