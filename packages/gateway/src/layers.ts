/** What the environ of an application has behind a row of middleware, worked out from the types of its layers. */
import type { Application, Awaitable, Body, Environ, Lifespan, StartResponse } from './contract.ts'

/** Middleware of any kind: what it takes may need more of the environ, and so may what it returns. */
export type Layer = (application: Application) => Lenient['call'] & Lifespan

/** Parameters of methods are compared both ways: this is met by an `ApplicationWith` anything. */
interface Lenient {
  call(environ: Environ, startResponse: StartResponse): Awaitable<Body>
}

/** What an application is given by all the layers around it. */
export type Given<Layers extends readonly unknown[]> = Layers extends readonly [infer First, ...infer Rest]
  ? GivenBy<First> & Given<Rest>
  : unknown

/** What layers need that neither a server nor a layer outside them gives; `unknown` when nothing is missing. */
export type Missing<Layers extends readonly unknown[], Known = Environ> = Layers extends readonly [
  infer First,
  ...infer Rest,
]
  ? (Known extends NeededBy<First> ? unknown : NeededBy<First>) & Missing<Rest, Known & GivenBy<First>>
  : unknown

type GivenBy<One> = One extends (application: infer Inner) => unknown ? EnvironOf<Inner> : unknown

type NeededBy<One> = One extends (application: never) => infer Outer ? EnvironOf<Outer> : unknown

type EnvironOf<App> = App extends (environ: infer Needed, ...rest: never) => unknown ? Needed : unknown
