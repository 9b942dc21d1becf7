import net, { type Socket } from 'node:net'
import { removeOrphanedControl } from '../runtime-folder.ts'
import {
  encodeMessage,
  maxMasterLine,
  MessageReader,
  protocolVersion,
  text,
  type Message,
  type Start,
} from '../control/messages.ts'
import { PreforkError } from '../error.ts'
import { ControlLink, type WorkerLink } from './link.ts'

/**
 * Joins the master that spawned this process: says hello and resolves with the answer. From then on the process ignores
 * SIGINT (Ctrl-C reaches the whole group), SIGHUP and SIGUSR1, which are the master's business. Throws PreforkError
 * `no-master` when the environment is not a worker's, `master-gone` when nobody answers, `protocol` when it is refused.
 */
export async function joinMaster(): Promise<WorkerLink> {
  const control = environment('TRIVET_CONTROL')
  const token = environment('TRIVET_TOKEN')
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => {})
  // A program that the application starts is not a worker.
  for (const name of ['LISTEN_FDS', 'TRIVET_VERSION', 'TRIVET_CONTROL', 'TRIVET_TOKEN', 'TRIVET_SLOT']) {
    delete process.env[name]
  }
  const socket = net.connect({ path: control })
  socket.setEncoding('utf8')
  socket.write(encodeMessage({ type: 'hello', version: protocolVersion, token, pid: process.pid }))
  return await converse(socket, control)
}

function environment(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') {
    throw new PreforkError('no-master', `this program is a worker: a master must start it (\`${name}\` is not set)`)
  }
  return value
}

function converse(socket: Socket, control: string): Promise<WorkerLink> {
  const reader = new MessageReader(maxMasterLine)
  return new Promise((resolve, reject) => {
    let link: ControlLink | undefined
    let cause: NodeJS.ErrnoException | undefined
    socket.on('error', (error) => {
      cause = error
    })
    socket.on('close', () => {
      if (link !== undefined) link.orphaned()
      else void removeOrphanedControl(control).then(() => reject(gone(cause)))
    })
    socket.on('data', (chunk: string) => {
      try {
        for (const message of reader.push(chunk)) {
          if (link !== undefined) link.receive(message)
          else {
            link = new ControlLink(socket, control, accepted(message))
            resolve(link)
          }
        }
      } catch (error) {
        if (!(error instanceof PreforkError)) throw error
        reject(error)
        socket.destroy()
      }
    })
  })
}

function gone(cause: NodeJS.ErrnoException | undefined): PreforkError {
  const why = cause?.code ?? 'it closed the connection'
  return new PreforkError('master-gone', `the master does not answer on its control socket: ${why}`, { cause })
}

function accepted(message: Message): Start {
  if (message.type === 'refused') throw new PreforkError('protocol', text(message, 'message') ?? 'the master refused')
  if (!isStart(message))
    throw new PreforkError('protocol', `expected \`start\` from the master, got \`${message.type}\``)
  return message
}

function isStart(message: Message): message is Start {
  return message.type === 'start' && message['version'] === protocolVersion
}
