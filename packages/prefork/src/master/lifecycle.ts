// One worker's life. Two things are asked of a worker while it lives (come up; end) and one happens at last (exit), so
// every state answers every event, and late or repeated messages (a `ready` that crosses a `drain`) are harmless:
//
//              ready                drain | fail
//   starting ---------> ready ----------------------> draining
//      |                  |                              |
//      |  drain | fail    |  exit                        |  exit
//      +------------------|----------------------------> |
//      |  exit            v                              v
//      +---------------> gone <--------------------------+
//
// `drain`: asked to finish what it has and leave, by the master or by itself (`draining`, say after N requests).
// `fail`: it reported a failure, ran out of time or broke the protocol; it is being ended by force.

export type WorkerState = 'starting' | 'ready' | 'draining' | 'gone'
export type WorkerEvent = 'ready' | 'drain' | 'fail' | 'exit'

/** The whole truth about transitions. */
export const lifecycle: Readonly<Record<WorkerState, Readonly<Record<WorkerEvent, WorkerState>>>> = {
  starting: { ready: 'ready', drain: 'draining', fail: 'draining', exit: 'gone' },
  ready: { ready: 'ready', drain: 'draining', fail: 'draining', exit: 'gone' },
  draining: { ready: 'draining', drain: 'draining', fail: 'draining', exit: 'gone' },
  gone: { ready: 'gone', drain: 'gone', fail: 'gone', exit: 'gone' },
}
