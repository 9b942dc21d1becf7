import { getQuery, H3, setCookie } from 'h3'
import { blocks, progress, webStream } from './endless.ts'

export const app: H3 = new H3({ silent: true })

app.get('/hello', (event) => `Hello ${String(getQuery(event)['name'])}`)
app.post('/form', async (event) => Object.fromEntries(new URLSearchParams(await event.req.text())))
app.post('/json', async (event) => await event.req.json())
app.post('/upload', async (event) => {
  const form = await event.req.formData()
  const file = form.get('file')
  return file instanceof File ? { title: form.get('title'), name: file.name, size: file.size } : {}
})
app.get('/cookies', (event) => {
  setCookie(event, 'a', '1')
  setCookie(event, 'b', '2')
  return 'cookies'
})
app.get('/stream', () => webStream(blocks))
app.get('/endless', () => webStream(Infinity))
app.get('/progress', () => ({ ...progress }))
app.get('/error', () => {
  throw new Error('an error of the application')
})
