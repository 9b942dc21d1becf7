/** The head of a response while handlers and filters work on it. Fields that the engine understands have their own place. */

import type { Value } from '../model/value.ts'

/** Header fields besides the well-known ones, in order. */
export class ResponseHeaders {
  /** 0 until the response has one. */
  status = 0
  /** Instead of nginx's own wording, the upstream's. */
  statusLine: string | undefined
  contentType: string | undefined
  charset: string | undefined
  /** -1 when it is not known. */
  contentLength = -1
  /** As sent, with its time in seconds (-1 when there is none). */
  lastModified: string | undefined
  lastModifiedTime = -1
  etag: string | undefined
  location: string | undefined
  /** Only when an upstream's is passed on. */
  server: string | undefined
  date: string | undefined
  readonly names: string[] = []
  /** Undefined where a field stands that has its own place above: upstreams' fields keep their order. */
  readonly values: (string | undefined)[] = []
  /** Those fields, by lower-case name. */
  places: Set<string> | undefined
  /** Trailers whose values are read when the body has been sent. */
  lateTrailers: (readonly [name: string, value: Value])[] | undefined
  /** Trailers, sent when the body is chunked. */
  trailers: (readonly [name: string, value: string])[] | undefined

  /** Adds a field. */
  add(name: string, value: string): void {
    this.names.push(name)
    this.values.push(value)
  }

  /** Lets a field that is set above stand here in the list, instead of where nginx puts its own. */
  place(name: string): void {
    this.names.push(name)
    this.values.push(undefined)
    this.places ??= new Set()
    this.places.add(name.toLowerCase())
  }

  /** The first value of a field that is in the list. */
  get(lowerName: string): string | undefined {
    const index = this.indexOf(lowerName)
    return index === -1 ? undefined : this.values[index]
  }

  /** Where a field stands in the list. */
  indexOf(lowerName: string): number {
    for (let i = 0; i < this.names.length; i++) {
      const name = this.names[i]
      if (name !== undefined && name.length === lowerName.length && name.toLowerCase() === lowerName) return i
    }
    return -1
  }

  /** Every value of a name, the well-known fields included, joined as one field. */
  joined(lowerName: string): string | undefined {
    let joined: string | undefined
    for (let i = 0; i < this.names.length; i++) {
      if (this.names[i]?.toLowerCase() !== lowerName) continue
      joined = joined === undefined ? this.values[i] : `${joined}, ${this.values[i]}`
    }
    return joined
  }

  /** Removes a field from the list. */
  remove(lowerName: string): void {
    for (let i = this.indexOf(lowerName); i !== -1; i = this.indexOf(lowerName)) {
      this.names.splice(i, 1)
      this.values.splice(i, 1)
    }
  }

  /** Forgets everything: another answer takes the place of this one. */
  clear(): void {
    this.status = 0
    this.statusLine = this.contentType = this.charset = this.lastModified = this.etag = this.location = undefined
    this.server = this.date = undefined
    this.contentLength = this.lastModifiedTime = -1
    this.names.length = this.values.length = 0
    this.trailers = this.lateTrailers = this.places = undefined
  }
}
