import type { ContainerOptions } from '../container-options.ts'

/** Types the options of a `container.config.ts`: `export default defineConfig({ module: 'app.ts', httpSocket: ':8080' })`. */
export function defineConfig(options: ContainerOptions): ContainerOptions {
  return options
}
