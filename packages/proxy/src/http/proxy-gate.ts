/** The beginning of connections on a `listen ... proxy_protocol`: the PROXY header, before the first request. */
import type { ClientInput } from './client-input.ts'
import type { ClosableWire } from './closable-wire.ts'
import { logText } from './field-value.ts'
import { ProxyHeaderError, readProxyHeader, type ProxyHeader } from './proxy-protocol.ts'

/** What a connection knows from its PROXY header, and reading it. */
export class ProxyGate {
  /** Undefined until it has come. */
  header: ProxyHeader | undefined

  /** True when the header has been read and more is here; what is none breaks the connection. */
  passes(wire: ClosableWire, input: ClientInput): boolean {
    if (this.header !== undefined) return true
    try {
      this.header = readProxyHeader(input.bytes)
      if (this.header !== undefined) input.consume(this.header.length)
    } catch (error) {
      if (!(error instanceof ProxyHeaderError)) throw error
      const { log, clientAddress, listener, id } = wire
      const what = `broken header: ${logText(input.bytes.toString('latin1', 0, 64))} while reading PROXY protocol`
      log.write('error', `${what}, client: ${clientAddress}, server: ${listener.spec.text}`, id)
      wire.destroy()
    }
    return this.header !== undefined && input.length > 0
  }
}
