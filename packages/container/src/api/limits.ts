/** Bounds on what a worker may cost the master: it keeps what workers share, and must outlive any that misbehaves. */
export const apiLimits = {
  /** Connections at a time: one per thread that calls, and one per process that listens for signals. */
  connections: 4096,
  /** Bytes of a call, beyond those of the largest value of a cache; a call of ordinary arguments has a hundred. */
  call: 262_144,
  /** Bytes of events that a process has not read; then the next ones are dropped. */
  unread: 1_048_576,
  /** Milliseconds in which a connection has to say who it is. */
  greeting: 5000,
  /** Numbers of signals, uWSGI's; a byte on its wire. */
  signals: 256,
  /** Timers, cron rules and watched files, each: uWSGI's MAX_TIMERS. */
  schedules: 64,
  /** Messages that wait for a mule. */
  messages: 1024,
  /** Bytes of a message to a mule: uWSGI's `mule-msg-size`. */
  message: 65_536,
} as const
