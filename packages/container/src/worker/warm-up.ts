import { stripTypeScriptTypes } from 'node:module'

/**
 * What a spare process does while it waits for an application (`--reload`): it loads all that one may need of this package
 * and of Node, so that a change costs no more than the application itself. Node takes 100 ms to load what strips types.
 */
export async function warmUp(): Promise<void> {
  await Promise.all([import('./http-front.ts'), import('./uwsgi-front.ts')])
  await Promise.all([import('@trivet/gateway/fetch'), import('@trivet/gateway/node')])
  void new Response('').headers
  loadTypeStripping()
}

/** By using it, which Node warns of; nobody else is to see that. */
function loadTypeStripping(): void {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = () => {}
  try {
    stripTypeScriptTypes('const one: number = 1')
  } finally {
    process.emitWarning = emitWarning
  }
}
