import type { Socket } from 'node:net'

interface WithHandle {
  readonly _handle?: { readonly writeQueueSize?: number } | null
}

/**
 * Bytes the kernel has not taken yet. One large write makes no event before its end, so that a slow but living peer
 * shows here alone; Node's own socket timeout looks at the same field.
 */
export function queuedBytes(socket: Socket): number {
  return (socket as WithHandle)._handle?.writeQueueSize ?? 0
}
