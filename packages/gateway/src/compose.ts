import type { Application, Middleware } from './contract.ts'

/** Puts middleware around an application; the leftmost is the outermost: `compose(timing, sessions, application)`. */
export function compose(...parts: [...Middleware[], Application]): Application {
  const layers = parts.slice(0, -1) as Middleware[]
  return layers.reduceRight((inner, layer) => layer(inner), parts.at(-1) as Application)
}
