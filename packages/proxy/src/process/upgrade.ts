/**
 * A new master beside the old one, with the program as it is on disk now (USR2). As in nginx the sockets are handed over
 * by their descriptors, whose numbers stand in the variable NGINX; a socket cannot be asked for its address from here, so
 * a second variable has those.
 *
 *     old master --spawns, sockets on 3..--> new master --raises its workers--> both serve
 *     QUIT to the old one: the new one goes on alone      the new one ends: the old one goes on as it was
 */
import { adopt, type BoundListener } from '@trivet/prefork'
import { spawn, type ChildProcess } from 'node:child_process'

const descriptors = 'NGINX'
const addresses = 'TRIVET_PROXY_LISTENS'
const firstDescriptor = 3

interface Handed {
  readonly address: BoundListener['address']
  readonly backlog: number
}

/** Starts the successor with the same arguments. */
export function startSuccessor(listeners: readonly BoundListener[]): ChildProcess {
  const handed: Handed[] = listeners.map(({ address, backlog }) => ({ address, backlog }))
  const numbers = listeners.map((_, index) => `${firstDescriptor + index};`).join('')
  return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', ...listeners.map(({ fd }) => fd)],
    env: { ...process.env, [descriptors]: numbers, [addresses]: JSON.stringify(handed) },
  })
}

/** Whether this process is a successor; also after `takeInherited`. */
export function isSuccessor(): boolean {
  return inherited !== undefined
}

let inherited: readonly BoundListener[] | undefined

/** The sockets a former master handed over; undefined when there is none. Later processes do not see that there was. */
export function takeInherited(): readonly BoundListener[] | undefined {
  const text = process.env[addresses]
  if (text === undefined) return inherited
  Reflect.deleteProperty(process.env, descriptors)
  Reflect.deleteProperty(process.env, addresses)
  inherited = parseHanded(text).map(({ address, backlog }, index) => adopt(address, firstDescriptor + index, backlog))
  return inherited
}

function parseHanded(text: string): readonly Handed[] {
  const list: unknown = JSON.parse(text)
  if (!Array.isArray(list)) throw new TypeError(`${addresses} is not a list of addresses`)
  return list as readonly Handed[]
}
