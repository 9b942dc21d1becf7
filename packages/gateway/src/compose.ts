import type { Application, Middleware } from './contract.ts'

/**
 * Puts middleware around an application; the leftmost is the outermost: `compose(timing, sessions, application)`. The
 * `start` and `stop` of the application stay with the whole; a layer that has its own calls those inside it itself.
 */
export function compose(...parts: [...Middleware[], Application]): Application {
  const layers = parts.slice(0, -1) as Middleware[]
  return layers.reduceRight((inner, layer) => withLifespan(layer(inner), inner), parts.at(-1) as Application)
}

/** Gives an application the lifespan of the one inside it, where it has none of its own. */
export function withLifespan(outer: Application, inner: Application): Application {
  if (outer === inner) return outer
  if (outer.start === undefined && inner.start !== undefined) outer.start = () => inner.start?.()
  if (outer.stop === undefined && inner.stop !== undefined) outer.stop = () => inner.stop?.()
  return outer
}
