/**
 * A front worker: speaks its clients' protocols, and forwards their requests over uwsgi, with keep-alive, to the
 * application's workers.
 */
import { joinMaster } from '@trivet/prefork/worker'
import { UwsgiPool } from '@trivet/uwsgi/client'
import { forward } from '@trivet/uwsgi/gateway'
import { withSurroundings } from '../serving/surroundings.ts'
import { Activity } from '../worker/activity.ts'
import { figuresOf, openFront, type FrontServer } from '../worker/front.ts'
import type { FrontPayload } from './payload.ts'
import { Queue } from './queue.ts'
import { wholeBody } from './whole-body.ts'

/** The workers behind keep to it, and answer. */
const noHarakiri = { timeout: undefined, verbose: false, patience: 0 }

const link = await joinMaster()
const payload = link.payload as FrontPayload
process.title = `trivet-container front ${link.slot + 1}`

try {
  const pool = new UwsgiPool(payload.target, { readTimeout: payload.limits.httpTimeout })
  // The workers say it better than the configuration: how many requests an asynchronous one takes is its own affair.
  const queue = new Queue(() => Math.ceil((pool.capacity ?? payload.capacity) / payload.fronts))
  const target = queue.before(forward(pool, { onFailure: queue.failed }))
  link.step('load application')
  const { maxBody, ...limits } = payload.limits
  const inside = wholeBody(target, { memory: payload.bodyMemory, maximum: maxBody })
  const application = await withSurroundings(inside, payload.serving, payload.directory)
  // The bound on bodies is kept where they are gathered, since a chunked one is long only when it has come.
  const serving = { ...payload, limits: { ...limits, maxBody: undefined } }
  const fronts: FrontServer[] = []
  const activity = new Activity(link.scoreboard, noHarakiri, () => ({ ...figuresOf(fronts), ...queue.figures }))
  for (const [index, listener] of link.listeners.entries()) {
    fronts.push(await openFront(payload.protocols[index] ?? 'http', application, listener, serving, activity))
  }
  link.onDrain(async () => {
    await Promise.all(fronts.map((front) => front.drain(payload.mercy)))
  })
  process.on('SIGTERM', () => link.draining())
  link.ready()
} catch (error) {
  link.failed(error)
}
