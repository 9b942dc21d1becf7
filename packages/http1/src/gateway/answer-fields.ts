import type { HeaderList } from '@trivet/gateway'
import { isHopByHop } from '@trivet/gateway/server'
import type { ResponseHead } from '../codec/head.ts'

/** The fields of an answer that are for the client: without those of the hop, the ones that Connection names included. */
export function answerFields({ headers }: ResponseHead, ownField?: string): HeaderList {
  const nominated = headers.has('connection') ? connectionOptions(headers.getAll('connection').join()) : []
  const fields: HeaderList = []
  for (let i = 0; i < headers.size; i++) {
    const name = headers.lowerName(i)
    if (isHopByHop(name) || name === ownField || nominated.includes(name)) continue
    fields.push([headers.name(i), headers.value(i)])
  }
  return fields
}

/** What a Connection field lists, in lower case. Framing is never its to take away. */
export function connectionOptions(value: string): readonly string[] {
  const names = value.split(',').map((name) => name.trim().toLowerCase())
  return names.filter((name) => name !== 'content-length' && name !== 'content-type')
}
