/** The frameworks at their current versions, in memory and linted; e2e runs the same over the container. */
import { expect, test } from 'vitest'
import type { Application } from '../src/contract.ts'
import { fromFetch } from '../src/fetch.ts'
import { fromNode } from '../src/node.ts'
import { testClient } from '../src/testing.ts'
import { checks } from './frameworks/checks.ts'
import { app as express } from './frameworks/express.ts'
import { app as fastify } from './frameworks/fastify.ts'
import { app as h3 } from './frameworks/h3.ts'
import { app as hono } from './frameworks/hono.ts'
import { app as koa } from './frameworks/koa.ts'

await fastify.ready()
const koaListener = koa.callback()
const applications: Readonly<Record<string, Application>> = {
  'Express 5': fromNode(express),
  'Koa 3': fromNode((request, response) => void koaListener(request, response)),
  'Fastify 5': fromNode((request, response) => fastify.routing(request, response)),
  'Hono 4': fromFetch(hono),
  'h3 2': fromFetch(h3),
}

for (const [name, application] of Object.entries(applications)) {
  const client = testClient(application)
  test.for(Object.entries(checks))(`${name}: %s`, async ([, [check, expected]]) => {
    expect(await check((path, init) => client.fetch(path, init))).toEqual(expected)
  })
}
