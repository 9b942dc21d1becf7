/** `middleware`: TypeScript before the application, in whatever language that is. The first option is the outermost. */
import type { Application, Middleware } from '@trivet/gateway'
import { ContainerError } from '../config/diagnostic.ts'
import { splitModule } from '../config/model/application.ts'
import { importExport } from '../loader/load.ts'

/** Puts the modules' middleware before an application; throws ContainerError `LOAD` that says which is none. */
export async function withMiddleware(
  application: Application,
  modules: readonly string[],
  directory: string,
): Promise<Application> {
  let inside = application
  for (const text of modules.toReversed()) {
    const { module, name } = splitModule(text)
    const { value, label } = await importExport(module, name ?? 'default', directory)
    if (typeof value !== 'function')
      throw new ContainerError(
        'LOAD',
        `\`middleware\`: ${label} is ${typeof value}, expected a function of an application`,
      )
    const made: unknown = (value as Middleware)(inside)
    if (typeof made !== 'function')
      throw new ContainerError('LOAD', `\`middleware\`: ${label} gave ${typeof made}, expected an application`)
    inside = made as Application
  }
  return inside
}
