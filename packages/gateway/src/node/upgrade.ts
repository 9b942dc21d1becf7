/**
 * The `upgrade` event of node:http for a gateway's 101. A listener such as `ws` writes an HTTP answer to the socket it is
 * given (RFC 9110 section 7.8): its head is read here and becomes startResponse; after a 101 the bytes go both ways, and
 * after any other status what follows is the body of an ordinary answer.
 */
import type { Server } from 'node:http'
import { type Duplex, Writable } from 'node:stream'
import type { Body, Bytes, Environ, HeaderList, StartResponse } from '../contract.ts'
import { asError } from '../gateway-error.ts'
import { isHopByHop } from '../server/head.ts'
import { incomingMessage } from './incoming.ts'
import { GatewaySocket, type SocketOwner } from './socket.ts'

/** A head longer than this is none. */
const maximumHead = 64 * 1024

type Callback = (error?: Error | null) => void

/** Whether a request is for the server's `upgrade` listeners, as node:http decides it. */
export function wantsUpgrade(server: Server, environ: Environ): boolean {
  return environ['tsgi.protocol'] !== undefined && server.listenerCount('upgrade') > 0
}

/** Emits `upgrade`; the body is what the listener made of it. */
export function emitUpgrade(server: Server, environ: Environ, startResponse: StartResponse): Promise<Body> {
  const { promise, resolve, reject } = Promise.withResolvers<Body>()
  const settle = (error: Error | null): void => {
    try {
      if (socket.complete) resolve(socket.answer(startResponse))
      else if (socket.destroyed) reject(error ?? new Error('the upgrade was not answered'))
    } catch (refused) {
      reject(asError(refused))
    }
  }
  const socket = new UpgradeSocket(environ, settle)
  const request = incomingMessage(environ, socket)
  // Node's upgrade requests carry what its parser saw; the gateway took the hop-by-hop fields for itself.
  request.headers.connection ??= 'Upgrade'
  environ['tsgi.signal'].addEventListener('abort', () => socket.destroy(), { once: true })
  server.emit('upgrade', request, socket as unknown as Duplex, Buffer.alloc(0))
  return promise
}

/** The class that Node's types leave out. */
const { WritableState } = Writable as unknown as { WritableState: new (...args: unknown[]) => object }

/** What the listener gets for a socket. */
class UpgradeSocket extends GatewaySocket implements SocketOwner {
  private readonly settle: (error: Error | null) => void
  private status = ''
  private headers: HeaderList = []
  private head = ''
  private readonly early: Bytes[] = []
  private stream: Duplex | undefined = undefined

  constructor(environ: Environ, settle: (error: Error | null) => void) {
    super(environ)
    this.owner = this
    this.settle = settle
    this.once('finish', () => settle(null))
  }

  fail(error: Error | null): void {
    this.settle(error)
  }

  /** Whether all is known that the gateway's answer needs: of a refusal, its body too. */
  get complete(): boolean {
    return this.status !== '' && (this.status.startsWith('101') || this.writableFinished || this.destroyed)
  }

  /** Turns the listener's answer into the gateway's. */
  answer(startResponse: StartResponse): Body {
    const { status, headers } = this
    const protocol = headers.find(([name]) => name.toLowerCase() === 'upgrade')?.[1].toLowerCase() ?? ''
    const own = headers.filter(([name]) => !isHopByHop(name))
    if (!status.startsWith('101')) {
      startResponse(status, own)
      return this.early
    }
    startResponse(status, [...own, ['tsgi.protocol', protocol]])
    return (stream: Duplex) => this.attach(stream)
  }

  private async attach(stream: Duplex): Promise<void> {
    this.stream = stream
    stream.on('data', (chunk: Bytes) => {
      if (!this.push(chunk)) stream.pause()
    })
    stream.on('end', () => this.push(null))
    stream.on('error', (error) => this.destroy(error))
    for (const chunk of this.early.splice(0)) stream.write(chunk)
    // A front hands its connection over paused.
    stream.resume()
    const closed = new Promise<void>((resolve) => stream.once('close', resolve))
    stream.once('close', () => this.destroy())
    await closed
  }

  protected override writableState(): object {
    return new WritableState({ autoDestroy: false }, this, true)
  }

  override _read(): void {
    this.stream?.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error) => void): void {
    if (this.stream !== undefined) return void this.stream.write(chunk, (error) => callback(error ?? undefined))
    if (this.status !== '') this.early.push(chunk)
    else this.takeHead(chunk)
    callback(
      this.status !== '' || this.head.length < maximumHead ? undefined : new Error('no HTTP answer to the upgrade'),
    )
  }

  private takeHead(chunk: Buffer): void {
    this.head += chunk.toString('latin1')
    const end = this.head.indexOf('\r\n\r\n')
    if (end === -1) return
    const [first = '', ...lines] = this.head.slice(0, end).split('\r\n')
    const rest = this.head.slice(end + 4)
    if (rest !== '') this.early.push(Buffer.from(rest, 'latin1'))
    this.headers = lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon), line.slice(colon + 1).trim()]
    })
    this.status = first.slice(first.indexOf(' ') + 1)
    if (this.complete) this.settle(null)
  }

  override _final(callback: Callback): void {
    if (this.stream === undefined) callback()
    else this.stream.end(callback)
  }

  override _destroy(error: Error | null, callback: Callback): void {
    this.stream?.destroy(error ?? undefined)
    super._destroy(error, callback)
  }
}
