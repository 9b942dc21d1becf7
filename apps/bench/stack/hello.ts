import type { Application } from '@trivet/gateway'

const body = Buffer.from('Hello World')

/** The smallest application: what is measured is the stack around it. */
export const application: Application = (_environ, startResponse) => {
  startResponse('200 OK', [
    ['Content-Type', 'text/plain'],
    ['Content-Length', '11'],
  ])
  return [body]
}
