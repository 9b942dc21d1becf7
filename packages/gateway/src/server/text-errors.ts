import type { Errors } from '../contract.ts'

/** A `tsgi.errors` that hands each text on, `process.stderr.write` when nothing else is given. */
export function textErrors(write: (text: string) => void = (text) => void process.stderr.write(text)): Errors {
  return {
    write,
    writelines(lines) {
      write([...lines].join(''))
    },
    flush() {},
  }
}
