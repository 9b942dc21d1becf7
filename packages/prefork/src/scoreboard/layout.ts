// The scoreboard: one small file per master, in which every worker keeps a record of what it does. WORKER.md is the
// specification. A record is a header and one cell per core (a core works on one request at a time: a thread, or the
// whole of an asynchronous worker). All numbers are float64, little-endian, which every language can pack and which
// are exact to 2^53; 0 is "none". Only its worker writes a record, with positioned writes; the reader takes what it
// finds, half-written or made up, and never fails on it.

/** The header of a record. */
export const headerFields = {
  pid: 0,
  /** Index in `recordStates`. */
  state: 1,
  /** When the worker's loop last turned, in milliseconds since 1970. */
  heartbeat: 2,
  /** Requests finished. */
  requests: 3,
  /** Errors that applications raised. */
  exceptions: 4,
  /** Bytes of responses. */
  bytesSent: 5,
  /** Microseconds spent on requests, in sum. */
  runningTime: 6,
  /** Microseconds that recent requests took on average. */
  responseTime: 7,
  inFlight: 8,
  /** Requests ended by harakiri. */
  harakiri: 9,
  /** Open client connections. */
  connections: 10,
  /** Microseconds for which the loop of an asynchronous worker was busy, in sum; 0: it is not asynchronous. */
  busyTime: 11,
  /** Requests that wait for another tier's worker; of a worker that passes requests on, as the following. */
  queued: 12,
  /** Since when the first of them waits, in milliseconds since 1970; 0: none does. */
  queuedSince: 13,
  /** Requests that the other tier did not take, because it was full or not there. */
  queueRefused: 14,
  /** Requests that were given up because the other tier did not answer in time. */
  queueTimedOut: 15,
} as const

/** The numbers of a core's cell. The request's text follows at `requestOffset`. */
export const coreFields = {
  /** When the current request began, in milliseconds since 1970; 0: idle. */
  started: 0,
  /** Requests finished. */
  requests: 1,
  /** When the current request must be done, in milliseconds since 1970; 0: no limit. */
  deadline: 2,
} as const

/** Bytes of a header; what the fields do not use is reserved. */
export const headerSize = 128
/** Bytes of a core's cell. */
export const coreSize = 256
/** Where in a cell the length (u16, little-endian) of the request's text stands; the text follows it. */
export const requestOffset = 32
/** Bytes of `METHOD /path`, latin-1, that fit. */
export const requestSize: number = coreSize - requestOffset - 2

/** What `state` says. */
export const recordStates = ['none', 'starting', 'ready', 'draining'] as const
export type RecordState = (typeof recordStates)[number]

/** Bytes of a record with so many cores. */
export function recordSize(cores: number): number {
  return headerSize + cores * coreSize
}
