import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { blocks, progress, webStream } from './endless.ts'

export const app: Hono = new Hono()

app.get('/hello', (c) => c.text(`Hello ${c.req.query('name')}`))
app.post('/form', async (c) => c.json(await c.req.parseBody()))
app.post('/json', async (c) => c.json(await c.req.json<unknown>()))
app.post('/upload', async (c) => {
  const { title, file } = await c.req.parseBody()
  return c.json(file instanceof File ? { title, name: file.name, size: file.size } : {})
})
app.get('/cookies', (c) => {
  setCookie(c, 'a', '1')
  setCookie(c, 'b', '2')
  return c.text('cookies')
})
app.get('/stream', (c) => c.body(webStream(blocks)))
app.get('/endless', (c) => c.body(webStream(Infinity)))
app.get('/progress', (c) => c.json(progress))
app.get('/error', () => {
  throw new Error('an error of the application')
})
app.onError((error, c) => c.text(error.message.replace(/.+/, 'Internal Server Error'), 500))
