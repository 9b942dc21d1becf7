/**
 * How many connections the descriptors of this process are enough for. The system closes whom it has none for without a
 * word, and an application that opens a file meanwhile fails; so some are left to it, and who is turned away is told of.
 */
import { readdirSync, readFileSync } from 'node:fs'

/** Descriptors left to the application: files, its database, what it asks of others. An eighth, up to so many. */
const mostLeft = 64

/** Milliseconds between two lines in the log. */
const tellInterval = 10_000

/** What a front needs to keep to it. */
export interface ConnectionLimit {
  readonly maxConnections: number
  readonly onDrop: () => void
}

/** Counts what is open now, which is when a worker listens; empty where the system does not say. */
export function connectionLimit(tell: (line: string) => void = console.error): ConnectionLimit | undefined {
  const limit = descriptorLimit()
  if (limit === undefined) return undefined
  const left = Math.min(mostLeft, Math.ceil(limit / 8))
  const maxConnections = Math.max(1, limit - readdirSync('/proc/self/fd').length - left)
  let told = Number.NEGATIVE_INFINITY
  const onDrop = (): void => {
    const now = performance.now()
    if (now - told < tellInterval) return
    told = now
    tell(`clients are turned away: ${maxConnections} connections are all that ${limit} descriptors (\`max-fd\`) allow`)
  }
  return { maxConnections, onDrop }
}

function descriptorLimit(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return found === undefined ? undefined : Number(found)
  } catch {
    return undefined // not Linux
  }
}
