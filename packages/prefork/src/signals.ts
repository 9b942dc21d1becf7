/** Calls one function per signal until the returned function is called. A handler replaces the signal's default action. */
export function watchSignals(table: Readonly<Partial<Record<NodeJS.Signals, () => void>>>): () => void {
  const entries = Object.entries(table).map(([signal, handler]) => {
    const listener = (): void => handler()
    process.on(signal, listener)
    return { signal, listener }
  })
  return () => {
    for (const { signal, listener } of entries) process.off(signal, listener)
  }
}
