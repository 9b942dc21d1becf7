import { isApplication } from './frames.ts'
import { Session, type Debugger } from 'node:inspector'

/** Frames shown at most. */
const depth = 12

/**
 * Where the main thread is at this moment, as lines of `    at function (file:line:column)`, own and Node's frames left
 * out; undefined when it does not come to a stop in so many milliseconds. For other threads.
 */
export async function mainThreadStack(timeout: number): Promise<string | undefined> {
  const session = new Session()
  session.connectToMainThread()
  const urls = new Map<string, string>()
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url))
  try {
    const frames = await new Promise<readonly Debugger.CallFrame[] | undefined>((resolve) => {
      setTimeout(resolve, timeout, undefined)
      session.on('Debugger.paused', ({ params }) => resolve(params.callFrames))
      session.post('Debugger.enable')
      session.post('Debugger.pause')
    })
    return frames === undefined ? undefined : format(frames, urls)
  } finally {
    session.disconnect() // which lets the thread go on
  }
}

/** The first time takes Node some 50 ms, the next ones less than ten: they are not to be lost when it matters. */
export async function warmUp(): Promise<void> {
  const session = new Session()
  session.connectToMainThread()
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 5000)
    session.post('Debugger.enable', () => resolve())
  })
  session.disconnect()
}

function format(frames: readonly Debugger.CallFrame[], urls: ReadonlyMap<string, string>): string {
  const lines = frames.flatMap(({ functionName, location, url }) => {
    const file = url || (urls.get(location.scriptId) ?? '')
    if (!isApplication(file)) return []
    const place = `${file.replace('file://', '')}:${location.lineNumber + 1}:${(location.columnNumber ?? 0) + 1}`
    return [`    at ${functionName === '' ? '<anonymous>' : functionName} (${place})`]
  })
  return lines.length === 0 ? '    in code of Node’s own' : lines.slice(0, depth).join('\n')
}
