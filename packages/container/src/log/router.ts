/**
 * Lines to several loggers. A line that a route's expression fits goes to the route's logger and nowhere else; the rest
 * goes to every logger without a name.
 */
import { compileEncoders, type Encoder, type EncoderSettings } from './encode.ts'
import { FileLines, StreamLines, type LineWriter } from './line-writer.ts'
import type { LoggerSettings, Sink } from './sinks/settings.ts'
import { SyslogLines } from './sinks/syslog-lines.ts'
import { UdpLines } from './sinks/udp-lines.ts'

/** A line whose text fits goes to a named logger. */
export interface RouteSettings {
  readonly logger: string
  /** A regular expression. */
  readonly pattern: string
}

/** One kind of lines, the requests' or all others, and where they go. */
export interface StreamSettings {
  readonly loggers: readonly LoggerSettings[]
  readonly routes: readonly RouteSettings[]
  readonly encoders: readonly EncoderSettings[]
  /** Regular expressions: lines that fit are dropped, and only lines that fit are kept. */
  readonly drain: readonly string[]
  readonly filter: readonly string[]
}

interface Outlet {
  readonly name: string | undefined
  readonly encode: Encoder
  readonly lines: LineWriter
}

export class LineRouter implements LineWriter {
  readonly #outlets: readonly Outlet[]
  readonly #routes: readonly { readonly logger: string; readonly pattern: RegExp }[]
  readonly #drain: readonly RegExp[]
  readonly #filter: readonly RegExp[]

  /** Throws when a file cannot be opened. */
  constructor(settings: StreamSettings) {
    this.#outlets = settings.loggers.map(({ name, sink }) => ({
      name,
      encode: compileEncoders(settings.encoders, name),
      lines: openSink(sink),
    }))
    this.#routes = settings.routes.map(({ logger, pattern }) => ({ logger, pattern: new RegExp(pattern) }))
    this.#drain = settings.drain.map((pattern) => new RegExp(pattern))
    this.#filter = settings.filter.map((pattern) => new RegExp(pattern))
  }

  write(line: string): void {
    if (this.#drain.some((pattern) => pattern.test(line))) return
    if (this.#filter.length > 0 && !this.#filter.some((pattern) => pattern.test(line))) return
    const chosen = this.#routes.filter(({ pattern }) => pattern.test(line)).map(({ logger }) => logger)
    for (const { name, encode, lines } of this.#outlets) {
      if (chosen.length > 0 ? name !== undefined && chosen.includes(name) : name === undefined)
        lines.write(encode(line))
    }
  }

  flush(): void {
    for (const { lines } of this.#outlets) lines.flush()
  }

  reopen(): void {
    for (const { lines } of this.#outlets) lines.reopen()
  }

  /** All files; returns the names they have now. */
  rotate(): string | undefined {
    const moved = this.#outlets.map(({ lines }) => lines.rotate()).filter((name) => name !== undefined)
    return moved.length === 0 ? undefined : moved.join(', ')
  }

  close(): void {
    for (const { lines } of this.#outlets) lines.close()
  }
}

function openSink(sink: Sink): LineWriter {
  if (sink.kind === 'file') return new FileLines(sink.path, sink)
  if (sink.kind === 'stdio') return new StreamLines(sink.fd === 1 ? process.stdout : process.stderr)
  return sink.kind === 'syslog' ? new SyslogLines(sink.tag, sink.facility) : new UdpLines(sink)
}
