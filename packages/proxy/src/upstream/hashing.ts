/**
 * Servers chosen by a hash, by the very formulas of nginx, so that both send a client to the same server: `ip_hash`, `hash`
 * (that of Cache::Memcached) and `hash ... consistent` (ketama). A server that cannot be asked is passed over by hashing on;
 * after twenty tries in vain the turn decides.
 */
import { crc32 } from 'node:zlib'
import { addressBytes } from '../model/network.ts'
import { roundRobin, type Balance, type Peer } from './peers.ts'

const mostTries = 20
const pointsPerWeight = 160

function weightOf(peers: readonly Peer[]): number {
  return peers.reduce((sum, peer) => sum + peer.options.weight, 0)
}

/** The server at a place on a line where each is as long as its weight. */
export function peerAt(peers: readonly Peer[], place: number): Peer | undefined {
  let rest = place
  return peers.find((peer) => (rest -= peer.options.weight) < 0)
}

/** Takes the first server that may be asked from an endless row of places. */
function firstFree(peers: readonly Peer[], isFree: (peer: Peer) => boolean, nextPlace: () => number): Peer | undefined {
  const total = weightOf(peers)
  if (total === 0 || peers.length < 2) return roundRobin(peers, isFree)
  for (let tries = 0; tries <= mostTries; tries++) {
    const peer = peerAt(peers, nextPlace() % total)
    if (peer !== undefined && isFree(peer)) return peer
  }
  return roundRobin(peers, isFree)
}

/** `ip_hash`: three bytes of an IPv4 address, all of an IPv6 one. */
export const ipHash: Balance = (peers, isFree, address) => {
  const bytes = addressBytes(address) ?? new Uint8Array(3)
  const part = bytes.length === 4 ? bytes.subarray(0, 3) : bytes
  let hash = 89
  return firstFree(peers, isFree, () => {
    for (const byte of part) hash = (hash * 113 + byte) % 6271
    return hash
  })
}

/** `hash KEY` */
export const keyHash: Balance = (peers, isFree, key) => {
  if (key === '') return roundRobin(peers, isFree)
  let hash = 0
  let again = 0
  return firstFree(peers, isFree, () => {
    const text = Buffer.from(again === 0 ? key : `${again}${key}`, 'latin1')
    again++
    hash += (crc32(text) >>> 16) & 0x7fff
    return hash
  })
}

interface Point {
  readonly hash: number
  readonly server: string
}

/** The ring of a list of servers; it is made once. */
function pointsOf(peers: readonly Peer[]): readonly Point[] {
  const points: Point[] = []
  for (const peer of peers) {
    const base = crc32(Buffer.from(ringName(peer), 'latin1'))
    const previous = Buffer.alloc(4)
    for (let i = 0; i < peer.options.weight * pointsPerWeight; i++) {
      const hash = crc32(previous, base)
      points.push({ hash, server: peer.server })
      previous.writeUInt32LE(hash, 0)
    }
  }
  const sorted = points.toSorted((a, b) => a.hash - b.hash)
  return sorted.filter((point, index) => index === 0 || sorted[index - 1]?.hash !== point.hash)
}

/** Host and port with a zero byte between them; a port that is not written is not hashed. */
function ringName({ server }: Peer): string {
  if (server.toLowerCase().startsWith('unix:')) return `${server.slice('unix:'.length)}\0`
  const match = /^(.*):([^:\]]*)$/.exec(server)
  return match === null ? `${server}\0` : `${match[1] ?? ''}\0${match[2] ?? ''}`
}

/** `hash KEY consistent`: a server that is added or removed moves only its own share of the keys. */
export function consistentHash(): Balance {
  const rings = new WeakMap<readonly Peer[], readonly Point[]>()
  return (peers, isFree, key) => {
    let points = rings.get(peers)
    if (points === undefined) rings.set(peers, (points = pointsOf(peers)))
    if (key === '' || points.length === 0 || peers.length < 2) return roundRobin(peers, isFree)
    let at = firstPoint(points, crc32(Buffer.from(key, 'latin1')))
    for (let tries = 0; tries <= mostTries; tries++, at++) {
      const server = points[at % points.length]?.server
      const peer = roundRobin(
        peers.filter((candidate) => candidate.server === server),
        isFree,
      )
      if (peer !== undefined) return peer
    }
    return roundRobin(peers, isFree)
  }
}

/** The first point that is not below a hash. */
function firstPoint(points: readonly Point[], hash: number): number {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle]?.hash ?? 0) < hash) low = middle + 1
    else high = middle
  }
  return low
}

/** `random`, and `random two`: of two servers the one with fewer connections for its weight. */
export function randomly(two: boolean): Balance {
  return (peers, isFree) => {
    const total = weightOf(peers)
    const pick = (): number => Math.floor(Math.random() * total)
    const first = firstFree(peers, isFree, pick)
    if (!two || first === undefined) return first
    const second = firstFree(peers, (peer) => peer !== first && isFree(peer), pick)
    if (second === undefined) return first
    return second.connections * first.options.weight < first.connections * second.options.weight ? second : first
  }
}
