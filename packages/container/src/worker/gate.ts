import type { Application } from '@trivet/gateway'

/** Holds requests back while it is shut; those that are under way go on. */
export class Gate {
  #opened: PromiseWithResolvers<void> | undefined

  shut(): void {
    this.#opened ??= Promise.withResolvers<void>()
  }

  open(): void {
    this.#opened?.resolve()
    this.#opened = undefined
  }

  /** The application behind the gate. */
  guard(application: Application): Application {
    return (environ, startResponse) => {
      if (this.#opened === undefined) return application(environ, startResponse)
      return this.#opened.promise.then(() => application(environ, startResponse))
    }
  }
}
