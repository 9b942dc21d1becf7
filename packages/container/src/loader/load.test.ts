import { createServer } from 'node:http'

import { temporaryFolder, type Folder } from '@trivet/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JavaScriptInterface } from '../config/model/application.ts'
import { findModule } from './find-module.ts'
import { chooseExport, loadApplication, type LoadedApplication } from './load.ts'
import { recognise } from './recognise.ts'

let folder: Folder

beforeAll(async () => {
  folder = await temporaryFolder()
  const application = 'export const application = (environ, startResponse) => []\n'
  await folder.write('app.ts', application)
  await folder.write('web/index.mjs', application)
  await folder.write('plain.js', 'exports.app = (environ, startResponse) => []\nexports.other = 1\n')
  await folder.write('later.mjs', 'export default Promise.resolve({ fetch: () => new Response() })\n')
  await folder.write('many.mjs', 'export const createApp = 1, configure = 2\n')
  await folder.write('nothing.mjs', '')
  await folder.write('broken.mjs', 'throw new Error("no database")\n')
  await folder.write(
    'node_modules/site/package.json',
    '{ "name": "site", "type": "module", "exports": { "import": "./main.js" } }',
  )
})

afterAll(() => folder.remove())

const load = (module: string, name?: string): Promise<LoadedApplication> =>
  loadApplication({ module, export: name, interface: 'auto' }, folder.path)

test('files with and without extension, folders and packages', async () => {
  expect(await load('app.ts')).toMatchObject({ label: 'app.ts:application', interface: 'tsgi' })
  expect(await load('./app')).toMatchObject({ label: 'app.ts:application' })
  expect(await load(folder.join('app'))).toMatchObject({ label: 'app.ts:application' })
  expect(await load('web')).toMatchObject({ label: 'web/index.mjs:application' })
  expect(findModule('site', folder.path)).toEqual({ kind: 'package', name: 'site' })
})

test('CommonJS, and exports that come later', async () => {
  expect(await load('plain', 'app')).toMatchObject({ label: 'plain.js:app', interface: 'tsgi' })
  expect(await load('later')).toMatchObject({ label: 'the default export of later.mjs', interface: 'fetch' })
})

test.each([
  ['ap', /there is no `ap` in .*, and no package of that name, did you mean `app`\?/],
  ['./apps.ts', /did you mean `app\.ts`\?/],
  ['gone/x.ts', /there is no `gone\/x\.ts` in .*; there is no folder .*gone/],
  ['zzzzzzzzzzz', /; .* has app\.ts, broken\.mjs, later\.mjs/],
  ['web.index', /modules are files here, not dotted names: `web\/index`/],
])('no module %s', (module, message) => {
  expect(() => findModule(module, folder.path)).toThrow(message)
})

test('a missing export lists the others', async () => {
  await expect(load('many', 'createAp')).rejects.toThrow(
    'many.mjs has no export `createAp`; it exports `configure`, `createApp`, did you mean `createApp`?',
  )
  await expect(load('many')).rejects.toThrow(
    'many.mjs exports none of `default`, `application`, `app`; it exports `configure`, `createApp`',
  )
  await expect(load('nothing')).rejects.toThrow('it exports nothing')
  await expect(load('plain')).rejects.toThrow('the default export of plain.js is an object with `app`, `other`')
})

test('what the module throws comes through', async () => {
  await expect(load('broken')).rejects.toThrow('no database')
})

test('the usual names in their order', () => {
  expect(chooseExport({ app: 1, application: 2 }, undefined, 'x')).toEqual({ name: 'application', value: 2 })
  expect(chooseExport({ make: { app: 3 } }, 'make.app', 'x')).toEqual({ name: 'make.app', value: 3 })
  expect(chooseExport({ default: { app: 4 } }, 'app', 'x')).toEqual({ name: 'app', value: 4 })
})

class Site {
  readonly name = 'site'
}

const methods: Readonly<Record<string, unknown>> = {
  handler(_req: unknown, res: unknown) {
    return res
  },
}
const two = (environ: unknown, startResponse: unknown): unknown => [environ, startResponse]
const express = Object.assign(() => {}, { handle: () => {}, listen: () => {} })

test.each<[string, unknown, JavaScriptInterface | 'auto', string]>([
  ['a gateway application', two, 'auto', 'tsgi'],
  ['an async generator', async function* (_environ: unknown, _start: unknown) {}, 'auto', 'tsgi'],
  ['a Fetch object', { fetch: () => {} }, 'auto', 'fetch'],
  ['a Fetch function', (request: unknown) => request, 'auto', 'fetch'],
  ['a Fetch function without parameter', () => {}, 'fetch', 'fetch'],
  ['a Node listener', (req: unknown, res: unknown) => [req, res], 'auto', 'node'],
  [
    'a Node listener called handler',
    function handler(_req: unknown, response: unknown) {
      return response
    },
    'auto',
    'node',
  ],
  ['a Node listener that is a method', methods['handler'], 'auto', 'node'],
  // oxlint-disable-next-line no-eval -- as a tool that leaves blanks out would have it
  ['an async Node listener without blanks', eval('async(req,res)=>{}'), 'auto', 'node'],
  ['a minified Node listener', two, 'node', 'node'],
  ['Express', express, 'auto', 'node'],
  ['Koa', { listen: () => {}, callback: () => () => {} }, 'auto', 'node'],
  ['Fastify', { listen: () => {}, routing: () => {}, ready: async () => {}, close: async () => {} }, 'auto', 'node'],
  ['an http.Server', createServer(), 'auto', 'node'],
])('%s', async (_name, value, wanted, found) => {
  const recognised = await recognise(value, wanted, 'app')
  expect(recognised.interface).toBe(found)
  expect(recognised.application).toBeTypeOf('function')
})

test.each<[unknown, JavaScriptInterface | 'auto', RegExp]>([
  [undefined, 'auto', /^app is undefined, expected a gateway application, a fetch handler/],
  [{ a: 1, b: 2 }, 'auto', /an object with `a`, `b`/],
  [{}, 'auto', /an object with no properties/],
  ['text', 'auto', /a string/],
  [[], 'auto', /an array/],
  [Site, 'auto', /the class Site, not an instance of it/],
  [() => {}, 'auto', /a function of 0 parameters \(set `interface`/],
  [{ fetch: () => {} }, 'tsgi', /expected a gateway application, \(environ, startResponse\)/],
  [{}, 'node', /expected a Node listener/],
  [{}, 'fetch', /expected a fetch handler/],
])('%o is refused', async (value, wanted, message) => {
  await expect(recognise(value, wanted, 'app')).rejects.toThrow(message)
})
