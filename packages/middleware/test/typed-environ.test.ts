/** What an application sees of the middleware around it, as types: a wrong one fails the type check. */
import {
  type Application,
  type ApplicationWith,
  compose,
  type Environ,
  type Extended,
  type Middleware,
} from '@trivet/gateway'
import { testClient } from '@trivet/gateway/testing'
import { expect, expectTypeOf, test } from 'vitest'
import {
  basicAuth,
  compression,
  errorPage,
  memoryStore,
  type RequestIdEnviron,
  requestId,
  type Session,
  type SessionEnviron,
  sessions,
} from '../src/index.ts'

interface Visitor {
  visits: number
}

const keys = ['thirty-two characters or more of it']
const session = sessions<Visitor>({ keys, store: memoryStore() })
const auth = basicAuth({ users: { ada: 'lovelace' } })

test('an application behind several layers has what each gives', async () => {
  const application = compose(errorPage(), session, requestId(), compression(), auth, (environ, startResponse) => {
    expectTypeOf(environ['tsgi.session']).toEqualTypeOf<Session<Visitor>>()
    expectTypeOf(environ['tsgi.session'].get('visits')).toEqualTypeOf<number | undefined>()
    expectTypeOf(environ['tsgi.request_id']).toEqualTypeOf<string>()
    expectTypeOf(environ.REMOTE_USER).toEqualTypeOf<string>()
    expectTypeOf(environ.REQUEST_METHOD).toEqualTypeOf<string>()
    // @ts-expect-error a visitor has no such key
    environ['tsgi.session'].get('password')
    // @ts-expect-error nobody adds this
    void environ['acme.user']
    environ['tsgi.session'].set('visits', 1)
    startResponse('200 OK', [])
    return [Buffer.from(`${environ.REMOTE_USER} ${environ['tsgi.request_id'].length}`)]
  })
  expectTypeOf(application).toEqualTypeOf<Application>()
  const headers = { authorization: `Basic ${Buffer.from('ada:lovelace').toString('base64')}` }
  expect(await (await testClient(application).fetch('/', { headers })).text()).toBe('ada 36')
})

test('an application that was typed on its own needs layers that give as much', () => {
  type Needs = SessionEnviron<Visitor> & RequestIdEnviron
  const needy: ApplicationWith<Needs> = (environ, startResponse) => {
    startResponse('200 OK', [['X-Id', environ['tsgi.request_id']]])
    return []
  }
  expectTypeOf(compose(session, requestId(), needy)).toEqualTypeOf<Application>()
  expectTypeOf(compose(requestId(), session, needy)).toEqualTypeOf<Application>()
  // @ts-expect-error nothing gives it an id
  compose(session, needy)
  // @ts-expect-error the session of another kind of visitor
  compose(sessions<{ name: string }>({ keys, store: memoryStore() }), requestId(), needy)
})

interface User {
  'acme.user': string
}

/** Middleware that needs a session, and gives a user. */
const user =
  (application: ApplicationWith<SessionEnviron<Visitor> & User>): ApplicationWith<SessionEnviron<Visitor>> =>
  (environ, startResponse) => {
    const visits = environ['tsgi.session'].get('visits') ?? 0
    return application(Object.assign(environ, { 'acme.user': `visitor ${visits}` }), startResponse)
  }

test('a layer may need what one outside it gives; else the whole needs it', () => {
  const told = compose(session, user, (environ, startResponse) => {
    expectTypeOf(environ['acme.user']).toEqualTypeOf<string>()
    expectTypeOf(environ['tsgi.session']).toEqualTypeOf<Session<Visitor>>()
    startResponse('200 OK', [])
    return []
  })
  expectTypeOf(told).toEqualTypeOf<Application>()
  const page: Application = () => []
  const untold = compose(user, session, page)
  expectTypeOf(untold).not.toExtend<Application>()
  // @ts-expect-error it needs a session around it
  testClient(untold)
  expectTypeOf(compose(session, untold)).toEqualTypeOf<Application>()
})

test('plain middleware and applications are typed as ever', () => {
  const plain: Middleware = (application) => application
  const several: Middleware[] = [plain, session, auth]
  const page: Application = () => []
  expectTypeOf(compose(page)).toEqualTypeOf<Application>()
  expectTypeOf(compose(plain, page)).toEqualTypeOf<Application>()
  expectTypeOf(compose(...several, page)).toEqualTypeOf<Application>()
  expectTypeOf(session).toExtend<Extended<SessionEnviron<Visitor>>>()
  expectTypeOf(session).toExtend<Middleware>()
  compose(plain, (environ) => {
    expectTypeOf(environ).toExtend<Environ>()
    return []
  })
  compose(
    (application) => (environ, startResponse) => {
      expectTypeOf(application).toEqualTypeOf<Application>()
      expectTypeOf(environ).toEqualTypeOf<Environ>()
      return application(environ, (status, headers) => startResponse(status, headers))
    },
    page,
  )
  // @ts-expect-error an application is no middleware
  compose(page, page)
  // @ts-expect-error a string is neither
  compose('page')
})
