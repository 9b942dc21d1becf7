/** What `stub_status` counts. */
export interface Counters {
  /** Open connections of clients. */
  readonly active: number
  readonly accepted: number
  readonly requests: number
  /** Connections of which a head has begun to come. */
  readonly reading: number
  /** Connections with a request under way. */
  readonly writing: number
  /** Idle connections. */
  readonly waiting: number
}

/** Nothing counted. */
export const noCounters: Counters = { active: 0, accepted: 0, requests: 0, reading: 0, writing: 0, waiting: 0 }

/** Both together. */
export function addCounters(one: Counters, other: Counters): Counters {
  return {
    active: one.active + other.active,
    accepted: one.accepted + other.accepted,
    requests: one.requests + other.requests,
    reading: one.reading + other.reading,
    writing: one.writing + other.writing,
    waiting: one.waiting + other.waiting,
  }
}

/** The counters in a message, where what is no number counts as nothing. */
export function readCounters(value: unknown): Counters {
  const given = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  const number = (name: keyof Counters): number => (typeof given[name] === 'number' ? given[name] : 0)
  return {
    active: number('active'),
    accepted: number('accepted'),
    requests: number('requests'),
    reading: number('reading'),
    writing: number('writing'),
    waiting: number('waiting'),
  }
}
