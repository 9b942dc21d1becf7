import type { Application, ApplicationWith, Environ } from './contract.ts'
import type { Given, Layer, Missing } from './layers.ts'

/**
 * Puts middleware around an application; the leftmost is the outermost: `compose(timing, sessions(...), application)`.
 * The environ of `application` has the type that the layers give it; when a layer needs what none outside it gives, the
 * result needs it too, and is no `Application`. `start` and `stop` of the application stay with the whole; a layer that
 * has its own calls those inside it itself.
 */
export function compose<const Layers extends readonly Layer[]>(
  ...parts: [...layers: Layers, application: ApplicationWith<Given<Layers>>]
): Composed<Missing<Layers>> {
  const layers = parts.slice(0, -1) as ((application: Application) => Application)[]
  return layers.reduceRight((inner, layer) => withLifespan(layer(inner), inner), parts.at(-1) as Application)
}

/** What `compose` gives: an application, or one that still needs `Needs` in its environ. */
type Composed<Needs> = Environ extends Needs ? Application : ApplicationWith<Needs>

/** Gives an application the lifespan of the one inside it, where it has none of its own. */
export function withLifespan(outer: Application, inner: Application): Application {
  if (outer === inner) return outer
  if (outer.start === undefined && inner.start !== undefined) outer.start = () => inner.start?.()
  if (outer.stop === undefined && inner.stop !== undefined) outer.stop = () => inner.stop?.()
  return outer
}
