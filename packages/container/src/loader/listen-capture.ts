/**
 * Applications that call listen() themselves, as the first sample of most frameworks does: while a module loads, HTTP
 * servers are held instead of bound (held-server.ts), since the container has the sockets. The rule:
 *
 *   the module exports an application      its own servers stay held, also those that listen later
 *   it exports none                        the first server that listens is the application
 *   further servers, at other ports        listen as they asked to, once the module is loaded
 *
 * Which server is an export's own can be told of Express, Fastify and an http.Server; of others it is the first.
 */
import type { Server as HttpServer } from 'node:http'
import { Server } from 'node:net'
import { HeldServer, targetOf } from './held-server.ts'

/** Milliseconds for a module to begin listening: a database is connected to first, but not for ever. */
const patience = 30_000

/** Milliseconds between two looks at whether anything still goes on. */
const interval = 5

type Listen = (this: Server, ...args: unknown[]) => unknown

/** Holds HTTP servers back from listening, in this process. */
export class ListenCapture {
  readonly #held: HeldServer[] = []
  readonly #listen: Listen
  readonly #atRest: ReadonlyMap<string, number>
  #owns: (server: HttpServer) => boolean = () => true

  constructor() {
    // Node opens them on first use, and from then on counts them as active.
    void process.stdout
    void process.stderr
    this.#atRest = activeResources()
    // oxlint-disable-next-line typescript/unbound-method -- it is called with a server for `this`
    this.#listen = Server.prototype.listen as Listen
    const listen = (server: Server, args: unknown[]): unknown =>
      isHttp(server) && this.#takes(server, args) ? server : this.#listen.apply(server, args)
    Server.prototype.listen = function (this: Server, ...args: unknown[]) {
      return listen(this, args)
    } as typeof Server.prototype.listen
  }

  /** The first server that listens; undefined when nothing that the module began goes on, or patience is at its end. */
  async first(): Promise<HeldServer | undefined> {
    const end = performance.now() + patience
    while (this.#held.length === 0 && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, interval))
      if (this.#held.length === 0 && !this.#isBusy()) return undefined
    }
    return this.#held[0]
  }

  /** The application is known: its servers stay, the others listen. Returns the application's, if it listens. */
  settle(application: unknown): HeldServer | undefined {
    const belongs = (server: HttpServer): boolean => isServerOf(server, application)
    const own = this.#held.find(({ server }) => belongs(server)) ?? this.#held[0]
    this.#owns = (server) => belongs(server) || server === own?.server
    const isOwn = (one: HeldServer): boolean => this.#owns(one.server) || own?.sharesPort(one.target) === true
    const others = this.#held.filter((one) => !isOwn(one))
    this.#held.splice(0, Infinity, ...this.#held.filter(isOwn))
    for (const other of others) other.letGo(this.#listen)
    return own
  }

  /** The last request is answered: calls back whoever waits for its server to close. */
  answered(): void {
    for (const one of this.#held) one.answered()
  }

  /** The servers say that they are closed, and what listens from now on is no longer held. */
  end(): void {
    Server.prototype.listen = this.#listen as typeof Server.prototype.listen
    for (const one of this.#held.splice(0)) one.end()
  }

  #takes(server: HttpServer, args: readonly unknown[]): boolean {
    if (Object.hasOwn(server, 'listening')) throw listensAlready()
    const target = targetOf(args)
    if (!this.#owns(server) && !this.#held.some((one) => one.sharesPort(target))) return false
    this.#held.push(new HeldServer(server, args))
    return true
  }

  /** More is open or pending than before the module was loaded. */
  #isBusy(): boolean {
    return [...activeResources()].some(([kind, count]) => count > (this.#atRest.get(kind) ?? 0))
  }
}

function activeResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** An HTTP or HTTPS server; the latter without loading node:https to ask, the former loaded where there is one. */
function isHttp(server: Server): server is HttpServer {
  return server instanceof process.getBuiltinModule('node:http').Server || server.listenerCount('request') > 0
}

/** As Node tells it. */
function listensAlready(): Error {
  const error = new Error('Listen method has been called more than once without closing.')
  return Object.assign(error, { code: 'ERR_SERVER_ALREADY_LISTEN' })
}

function isServerOf(server: HttpServer, application: unknown): boolean {
  if (server === application || server.listeners('request').includes(application as () => void)) return true
  return (
    typeof application === 'object' && application !== null && 'server' in application && application.server === server
  )
}
