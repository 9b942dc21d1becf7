/** The beginning of connections on a `listen ... proxy_protocol`: the PROXY header, before the first request. */
import { ProxyHeaderError, readProxyHeader, type ProxyHeader } from './proxy-protocol.ts'

/** What a connection knows from its PROXY header, and reading it. */
export class ProxyGate {
  /** Undefined until it has come. */
  header: ProxyHeader | undefined

  /** How many bytes of the input it takes; undefined when more have to come, 'refused' when it is none. */
  take(bytes: Buffer): number | 'refused' | undefined {
    try {
      this.header = readProxyHeader(bytes)
      return this.header?.length
    } catch (error) {
      if (error instanceof ProxyHeaderError) return 'refused'
      throw error
    }
  }
}
