import { text } from 'node:stream/consumers'
import Koa from 'koa'
import { blocks, nodeStream, progress } from './endless.ts'
import { readUpload } from './multipart.ts'

export const app: Koa = new Koa()
app.silent = true

app.use(async (ctx) => {
  switch (ctx.path) {
    case '/hello':
      ctx.body = `Hello ${String(ctx.query['name'])}`
      break
    case '/form':
      ctx.body = Object.fromEntries(new URLSearchParams(await text(ctx.req)))
      break
    case '/json':
      ctx.body = JSON.parse(await text(ctx.req)) as unknown
      break
    case '/upload':
      ctx.body = await readUpload(ctx.req)
      break
    case '/cookies':
      ctx.cookies.set('a', '1', { httpOnly: false })
      ctx.cookies.set('b', '2', { httpOnly: false })
      ctx.body = 'cookies'
      break
    case '/stream':
      ctx.body = nodeStream(blocks)
      break
    case '/endless':
      ctx.body = nodeStream(Infinity)
      break
    case '/progress':
      ctx.body = progress
      break
    case '/error':
      throw new Error('an error of the application')
  }
})
