/**
 * Refuses forms that another site's page makes a visitor's browser send. Browsers say where a request comes from in
 * `Sec-Fetch-Site`, older ones in `Origin`; a program says nothing, and holds no visitor's rights to abuse.
 */
import type { MiddlewareHandler } from 'hono'

export const sameOrigin: MiddlewareHandler = async (context, next) => {
  if (context.req.method === 'GET' || context.req.method === 'HEAD') return await next()
  const site = context.req.header('sec-fetch-site')
  const origin = context.req.header('origin')
  const ours =
    site === undefined
      ? origin === undefined || origin.replace(/^https?:\/\//, '') === context.req.header('host')
      : site === 'same-origin' || site === 'none'
  if (!ours) return context.text('This form can only be sent from the guestbook itself.\n', 403)
  return await next()
}
