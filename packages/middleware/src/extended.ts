import type { Application, Awaitable, Body, Environ, StartResponse } from '@trivet/gateway'

/** An application that needs more of its environ than every server gives: what middleware around it adds. */
export type ApplicationWith<Extra> = (environ: Environ & Extra, startResponse: StartResponse) => Awaitable<Body>

/** Middleware that adds to the environ; a `Middleware` too, for applications that do not look. */
export type Extended<Extra> = (application: ApplicationWith<Extra>) => Application
