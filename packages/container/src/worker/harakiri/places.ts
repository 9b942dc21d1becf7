/**
 * Where asynchronous requests last began to wait for something, for `harakiri-verbose`: each promise, timer or socket that
 * comes into being in a request's context leaves a stack, which is made into text only when it is asked for. It costs
 * about a microsecond for each.
 */
import { AsyncLocalStorage, createHook, executionAsyncId } from 'node:async_hooks'
import type { Flight } from '../flight.ts'
import { isApplication } from './frames.ts'

/** Stacks kept per request: the last ones may lie in libraries altogether. */
const kept = 6

/** Frames of each. */
const depth = 12

interface Trace {
  readonly stack?: string
  /** Which run of the application's code left it. */
  readonly run: number
}

export class Places {
  readonly #context = new AsyncLocalStorage<Flight>()
  readonly #traces = new WeakMap<Flight, Trace[]>()

  constructor() {
    createHook({ init: () => this.#note() }).enable()
  }

  /** What is done from now on, in this call and what follows from it, is this request's. */
  enter(flight: Flight): void {
    this.#traces.set(flight, [])
    this.#context.enterWith(flight)
  }

  /** The latest place in the application's own code, as the lines of a stack. */
  last(flight: Flight): string | undefined {
    const traces = this.#traces.get(flight) ?? []
    const found = traces
      .map(({ stack = '', run }) => ({
        run,
        lines: stack.split('\n').filter((line) => isApplication(place.exec(line)?.[1] ?? '')),
      }))
      .filter(({ lines }) => lines.length > 0)
    // Functions that wait for one another begin with the innermost, in one go: that one knows most.
    const last = found.filter(({ run }) => run === found.at(-1)?.run)
    return last.toSorted((a, b) => b.lines.length - a.lines.length)[0]?.lines.join('\n')
  }

  #note(): void {
    const flight = this.#context.getStore()
    const traces = flight === undefined ? undefined : this.#traces.get(flight)
    if (traces === undefined) return
    const trace: Trace = { run: executionAsyncId() }
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = depth
    Error.captureStackTrace(trace)
    Error.stackTraceLimit = limit
    if (traces.push(trace) > kept) traces.shift()
  }
}

const place = /(?:\(|at (?:async )?)((?:file|node):[^()\s]+?):\d+:\d+\)?$/
