/**
 * A mule's process: imports its script and hands it messages. What the script exports as `onMessage` takes them, bytes
 * each; `onDrain` is awaited before it ends. A script that ends is no failure: the mule waits for messages.
 */
import { pathToFileURL } from 'node:url'
import { joinMaster } from '@trivet/prefork/worker'
import type { MuleMessage, MulePayload } from './payload.ts'

interface MuleModule {
  readonly onMessage?: (message: Uint8Array) => unknown
  readonly onDrain?: () => unknown
}

const link = await joinMaster()
const payload = link.payload as MulePayload
process.title = payload.title
let loaded: MuleModule = {}
let running: Promise<unknown> = Promise.resolve()

link.onDrain(async () => {
  await running
  await loaded.onDrain?.()
})
// It counts as up before its script has been run: that may well be an endless loop.
link.ready({ mule: payload.number })
if (payload.script !== undefined) loaded = (await import(pathToFileURL(payload.script).href)) as MuleModule
link.onMessage((message) => {
  if (message.type !== 'mule_msg' || loaded.onMessage === undefined) return
  const { data } = message as unknown as MuleMessage
  const { onMessage } = loaded
  // One after another; an error that nobody catches ends the mule, and another takes its place.
  running = running.then(() => onMessage(Buffer.from(data, 'base64')))
})
