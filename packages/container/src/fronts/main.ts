/**
 * A front worker: speaks its clients' protocols, and forwards their requests over uwsgi, with keep-alive, to the
 * application's workers.
 */
import { joinMaster } from '@trivet/prefork/worker'
import { forward } from '@trivet/uwsgi/gateway'
import { withSurroundings } from '../serving/surroundings.ts'
import { Activity } from '../worker/activity.ts'
import { figuresOf, openFront, type FrontServer } from '../worker/front.ts'
import type { FrontPayload } from './payload.ts'

/** The workers behind keep to it, and answer. */
const noHarakiri = { timeout: undefined, verbose: false }

const link = await joinMaster()
const payload = link.payload as FrontPayload
process.title = `trivet-container front ${link.slot + 1}`

try {
  const target = forward({ path: payload.target }, { readTimeout: payload.limits.httpTimeout })
  const application = withSurroundings(target, payload.serving)
  const fronts: FrontServer[] = []
  const activity = new Activity(link.scoreboard, noHarakiri, () => figuresOf(fronts))
  for (const [index, listener] of link.listeners.entries()) {
    fronts.push(await openFront(payload.protocols[index] ?? 'http', application, listener, payload, activity))
  }
  link.onDrain(async () => {
    await Promise.all(fronts.map((front) => front.drain(payload.mercy)))
  })
  process.on('SIGTERM', () => link.draining())
  link.ready()
} catch (error) {
  link.failed(error)
}
