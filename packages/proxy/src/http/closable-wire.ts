/**
 * How a client's connection ends:
 *
 *     head | request | tunnel -> closing (the answer is taken, and what still comes is read over) -> closed
 *           \___________________________________________________________________________________/
 */
import type { Socket } from 'node:net'
import type { Listener } from '../model/config.ts'
import type { CoreSettings } from '../model/core-settings.ts'
import { ClientWire } from './client-wire.ts'
import { Closing } from './closing.ts'
import type { Request } from './request.ts'
import type { Service } from './service.ts'
import { logSlow } from './timeouts.ts'

/** A client's connection and the ways to end it. */
export abstract class ClosableWire extends ClientWire {
  protected state: 'head' | 'request' | 'tunnel' | 'closing' | 'closed' = 'head'
  /** The settings of the last request's location. */
  protected core: CoreSettings
  protected closing: Closing | undefined

  constructor(service: Service, listener: Listener, socket: Socket) {
    super(service, listener, socket)
    this.core = this.names.fallback.root.core
  }

  /** True when the client has gone away or the connection was broken. */
  get isClosed(): boolean {
    return this.state === 'closed'
  }

  /** The socket is gone, or is given up. */
  protected abstract onClosed(): void

  /** Breaks the connection. */
  destroy(): void {
    this.flush()
    this.socket.destroySoon()
    this.onClosed()
  }

  /** The client is too slow: breaks the connection. */
  protected giveUp(): void {
    if (this.output.isBehind) logSlow(this, 'sending to client')
    this.destroy()
  }

  /** Closes behind the last answer, and lingers as `lingering_close` has it. */
  protected closeAfter(request: Request): void {
    const { lingeringClose } = this.core
    const mayHaveMore = !request.body.isDone || this.input.length > 0
    this.close((lingeringClose === 'always' || (lingeringClose === 'on' && mayHaveMore)) && !this.input.hasEnded)
  }

  /** Closes as soon as the client has taken what was written, and lingers if it shall. */
  protected close(lingers: boolean): void {
    this.flush()
    if (this.isClosed || this.closing !== undefined) return
    this.input.takeAll()
    if (!lingers && !this.output.isBehind) return this.destroy()
    this.state = 'closing'
    this.closing = new Closing(this.socket, this.core, lingers, (closing) => {
      if (lingers) this.deadline = closing.deadline
      else this.destroy()
    })
    this.deadline = this.closing.deadline
    this.input.resume()
  }
}
