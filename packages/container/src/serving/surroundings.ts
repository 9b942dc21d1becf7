import type { Application, Middleware } from '@trivet/gateway'
import { withMiddleware } from './middleware.ts'
import type { ServingSettings } from './settings.ts'
import { withStaticFiles } from './static-maps.ts'

/**
 * What every request meets before the application, whatever language that is in: added headers, static files,
 * middleware; throws ContainerError `LOAD` when that does not load.
 */
export async function withSurroundings(
  application: Application,
  { headers, middleware, static: files }: ServingSettings,
  directory: string,
): Promise<Application> {
  const wrapped = await withMiddleware(application, middleware, directory)
  const inside = files.maps.length === 0 ? wrapped : withStaticFiles(wrapped, files)
  return headers.length === 0 ? inside : addHeaders(headers)(inside)
}

/** Whether there is anything before the application. */
export function hasSurroundings({ headers, middleware, static: { maps } }: ServingSettings): boolean {
  return headers.length > 0 || middleware.length > 0 || maps.length > 0
}

function addHeaders(headers: readonly (readonly [string, string])[]): Middleware {
  return (application) => (environ, startResponse) =>
    application(environ, (status, given, excInfo) =>
      startResponse(status, [...given, ...headers.map(([name, value]): [string, string] => [name, value])], excInfo),
    )
}
