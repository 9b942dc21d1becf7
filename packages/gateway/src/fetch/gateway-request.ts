import type { Environ } from '../contract.ts'

/**
 * A Request whose `signal` is the environ's. Given to the constructor it would be followed by a second signal, which
 * costs four times the rest of the Request; so it is handed out as it is. Only `fetch(request)` and `new Request(request)`
 * do not see it: pass `signal: request.signal` there.
 */
export class GatewayRequest extends Request {
  readonly environ: Environ

  constructor(url: string, init: RequestInit, environ: Environ) {
    super(url, init)
    this.environ = environ
  }

  override clone(): Request {
    return new Request(super.clone(), { signal: this.signal })
  }
}

// The types call `signal` a property, which an accessor in the class may not override; at run time it is one.
Object.defineProperty(GatewayRequest.prototype, 'signal', {
  configurable: true,
  get(this: GatewayRequest) {
    return this.environ['tsgi.signal']
  },
})
