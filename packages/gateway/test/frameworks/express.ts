import { pipeline } from 'node:stream'
import express, { type Express } from 'express'
import { blocks, nodeStream, progress } from './endless.ts'
import { readUpload } from './multipart.ts'

export const app: Express = express()

app.get('/hello', (req, res) => void res.send(`Hello ${new URL(req.url, 'http://localhost').searchParams.get('name')}`))
app.post('/form', express.urlencoded({ extended: false }), (req, res) => void res.json(req.body))
app.post('/json', express.json(), (req, res) => void res.json(req.body))
app.post('/upload', (req, res) => readUpload(req).then((upload) => void res.json(upload)))
app.get('/cookies', (_req, res) => void res.cookie('a', '1').cookie('b', '2').send('cookies'))
app.get('/stream', (_req, res) => void pipeline(nodeStream(blocks), res, () => {}))
app.get('/endless', (_req, res) => void pipeline(nodeStream(Infinity), res, () => {}))
app.get('/progress', (_req, res) => void res.json(progress))
app.get('/error', () => {
  throw new Error('an error of the application')
})
