/** Cuts `bytes` at the given offsets; empty pieces are left out. */
export function splitAt(bytes: Uint8Array, ...cuts: readonly number[]): Uint8Array[] {
  const edges = [0, ...[...cuts].toSorted((a, b) => a - b), bytes.length]
  const pieces: Uint8Array[] = []
  for (let i = 1; i < edges.length; i += 1) {
    const piece = bytes.subarray(edges[i - 1], edges[i])
    if (piece.length > 0) pieces.push(piece)
  }
  return pieces
}

/** Every single byte on its own. */
export function byteByByte(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))
}

/**
 * Every way a parser should be fed: whole, byte by byte, and cut in two at every place. Each piece is a copy, so that
 * a parser that keeps a piece and one that reads past its end are both found out.
 */
export function* everySplit(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [Uint8Array.from(bytes)]
  yield byteByByte(bytes).map((piece) => Uint8Array.from(piece))
  for (let cut = 1; cut < bytes.length; cut += 1) {
    yield splitAt(bytes, cut).map((piece) => Uint8Array.from(piece))
  }
}

/** Latin-1 text as bytes: one character, one byte. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'))
}
