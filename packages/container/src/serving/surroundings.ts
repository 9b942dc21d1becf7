import type { Application, Middleware } from '@trivet/gateway'
import type { ServingSettings } from './settings.ts'
import { withStaticFiles } from './static-maps.ts'

/** What every request meets before the application, whatever language that is in: added headers, static files. */
export function withSurroundings(application: Application, { headers, static: files }: ServingSettings): Application {
  const inside = files.maps.length === 0 ? application : withStaticFiles(application, files)
  return headers.length === 0 ? inside : addHeaders(headers)(inside)
}

/** Whether there is anything before the application. */
export function hasSurroundings({ headers, static: { maps } }: ServingSettings): boolean {
  return headers.length > 0 || maps.length > 0
}

function addHeaders(headers: readonly (readonly [string, string])[]): Middleware {
  return (application) => (environ, startResponse) =>
    application(environ, (status, given, excInfo) =>
      startResponse(status, [...given, ...headers.map(([name, value]): [string, string] => [name, value])], excInfo),
    )
}
