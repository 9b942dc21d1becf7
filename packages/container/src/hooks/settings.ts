/** `hook-PHASE = action:argument` and `exec-PHASE = command`, read. */
import { ValueError } from '../config/convert.ts'
import { nearest } from '../options/lookup.ts'
import { actions } from './actions.ts'
import type { HookPhase } from './phases.ts'

/** One action of one phase. */
export interface Hook {
  /** A name of the table of actions. */
  readonly action: string
  readonly argument: string
}

/** Every phase's hooks, in their order. */
export type HookSettings = Readonly<Record<HookPhase, readonly Hook[]>>

/** uWSGI's actions that have no counterpart, with the reason. */
const elsewhere: Readonly<Record<string, string>> = {
  mount: 'mount what the service needs before it starts',
  umount: 'mount what the service needs before it starts',
  call: 'there are no C symbols to call',
  callret: 'there are no C symbols to call',
  callint: 'there are no C symbols to call',
  callintret: 'there are no C symbols to call',
  unix_signal: 'there are no C symbols to call',
  rpc: 'there is no RPC here',
  retryrpc: 'there is no RPC here',
  alarm: 'there are no alarms here',
  hostname: 'let the service manager set it',
  spinningfifo: 'it exists for tests of uWSGI',
}

/** `action:argument`; throws ValueError for an action that does not exist, or an argument it cannot take. */
export function readHook(text: string): Hook {
  const colon = text.indexOf(':')
  const name = colon < 0 ? text : text.slice(0, colon)
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action === undefined) {
    const why = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined
    if (why !== undefined) throw new ValueError(`the action \`${name}\` is not available: ${why}`)
    const near = nearest(name, Object.keys(actions))
    const hint = near === undefined ? '' : `, did you mean \`${near}\`?`
    throw new ValueError(`expected ACTION:ARGUMENT, and there is no action \`${name}\`${hint}`)
  }
  const argument = colon < 0 ? '' : text.slice(colon + 1)
  if (!action.argument.test(argument)) throw new ValueError(`\`${name}\` takes ${action.syntax}, got \`${argument}\``)
  return { action: name, argument }
}
