/** A load that does not wait for answers: a request at each tick, on a connection of its own, and when each was answered. */
import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

type Where = { readonly host: string; readonly port: number }

/** One request's fate. */
export interface Fate {
  /** Undefined when there was no whole answer. */
  readonly status: number | undefined
  /** Milliseconds until the end of the answer, or of hope. */
  readonly took: number
  readonly error: string | undefined
}

/** One request on a connection of its own. */
export async function ask({ host, port }: Where, path = '/', timeout = 30_000): Promise<Fate> {
  const begun = performance.now()
  const result = await new Promise<Omit<Fate, 'took'>>((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      resolve({ status: undefined, error: error.code ?? error.message })
    const call = request({ host, port, path, agent: false, timeout }, (response) => {
      response.resume()
      response.on('error', failed)
      response.on('end', () => resolve({ status: response.statusCode, error: undefined }))
    })
    call.on('timeout', () => call.destroy(new Error('no answer in time')))
    call.on('error', failed).end()
  })
  return { ...result, took: performance.now() - begun }
}

/** `rate` requests a second while `action` runs, and for some time before and after. */
export async function steadily(where: Where, rate: number, action: () => Promise<void>): Promise<readonly Fate[]> {
  const fates: Promise<Fate>[] = []
  const begun = performance.now()
  const timer = setInterval(() => {
    while (fates.length < ((performance.now() - begun) / 1000) * rate) fates.push(ask(where))
  }, 1)
  try {
    await delay(1000)
    await action()
    await delay(1500)
  } finally {
    clearInterval(timer)
  }
  return await Promise.all(fates)
}
