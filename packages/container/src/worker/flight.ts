import type { Environ } from '@trivet/gateway'
import type { WatchedResponse } from '@trivet/http1/gateway'

/** A request that the application works on. */
export class Flight {
  readonly environ: Environ
  readonly response: WatchedResponse
  /** By `performance.now()`. */
  readonly started: number
  previous: Flight | undefined = undefined
  next: Flight | undefined = undefined
  /** Its row in what the watchdog sees; -1: none. */
  row = -1

  constructor(environ: Environ, response: WatchedResponse, started: number) {
    this.environ = environ
    this.response = response
    this.started = started
  }

  /** `METHOD /path`, without the query, which may hold secrets. */
  get request(): string {
    const { REQUEST_METHOD: method, SCRIPT_NAME: script, PATH_INFO: path } = this.environ
    return `${method} ${script}${path}`
  }
}
