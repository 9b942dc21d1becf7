/** A request that took too long. */
export interface LateRequest {
  readonly request: string
  readonly seconds: number
  readonly limit: number
  /** An answer had begun: it could only be broken off. */
  readonly answered: boolean
  /** Where it was stuck; may have further lines. */
  readonly place: string
}

/** The line of the log, and the lines of its place. */
export function describeLate({ request, seconds, limit, answered, place }: LateRequest): string {
  const fate = answered ? 'its answer is broken off' : 'the client got 504'
  return `harakiri: ${printable(request)} has run for ${seconds.toFixed(2)} s (\`harakiri\` = ${limit}): ${fate}; ${place}`
}

function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?')
}
