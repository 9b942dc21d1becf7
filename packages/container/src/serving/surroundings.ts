import type { Application, Middleware } from '@trivet/gateway'
import type { ServingSettings } from './settings.ts'

/**
 * What every request meets before the application, whatever language that is in: added headers, static files,
 * middleware; throws ContainerError `LOAD` when that does not load.
 */
export async function withSurroundings(
  application: Application,
  { headers, middleware, static: files }: ServingSettings,
  directory: string,
): Promise<Application> {
  let inside = application
  // Loaded where they are asked for: a worker starts sooner without, and the master asks only whether there are any.
  if (middleware.length > 0) {
    const { withMiddleware } = await import('./middleware.ts')
    inside = await withMiddleware(inside, middleware, directory)
  }
  if (files.maps.length > 0) {
    const { withStaticFiles } = await import('./static-maps.ts')
    inside = withStaticFiles(inside, files)
  }
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
