import { fastify, type FastifyInstance } from 'fastify'
import { blocks, nodeStream, progress } from './endless.ts'
import { readUpload } from './multipart.ts'

export const app: FastifyInstance = fastify()

app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
  done(null, Object.fromEntries(new URLSearchParams(String(body))))
})
app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null))

app.get<{ Querystring: { name: string } }>('/hello', (request) => `Hello ${request.query.name}`)
app.post('/form', (request) => request.body)
app.post('/json', (request) => request.body)
app.post('/upload', (request) => readUpload(request.raw))
app.get('/cookies', (_request, reply) => reply.header('set-cookie', ['a=1', 'b=2']).send('cookies'))
app.get('/stream', (_request, reply) => reply.send(nodeStream(blocks)))
app.get('/endless', (_request, reply) => reply.send(nodeStream(Infinity)))
app.get('/progress', () => progress)
app.get('/error', () => {
  throw new Error('an error of the application')
})
