/** `log-encoder = ENCODER[:LOGGER] [ARGUMENT]`: how a line is written down (core/logging.c of uWSGI). */
import { ValueError } from '../config/convert.ts'
import { strftime } from './strftime.ts'

/** One step of the encoding. */
export interface EncoderSettings {
  readonly kind: 'prefix' | 'suffix' | 'format' | 'json'
  readonly argument: string
  /** The named logger it is for; undefined is all. */
  readonly logger: string | undefined
}

/** A line's new form. */
export type Encoder = (line: string) => string

/** Reads an encoder; undefined for `nl`, as every line is ended anyway. */
export function readEncoder(text: string): EncoderSettings | undefined {
  const match = /^([a-z]+)(?::(\S+))?(?:\s(.*))?$/s.exec(text)
  const [, kind = '', logger, argument = ''] = match ?? []
  if (kind === 'nl') return undefined
  if (kind === 'prefix' || kind === 'suffix' || kind === 'format' || kind === 'json') return { kind, argument, logger }
  throw new ValueError(`expected prefix, suffix, nl, format or json, got \`${text}\``)
}

/** The steps for one logger as one function. */
export function compileEncoders(steps: readonly EncoderSettings[], logger: string | undefined): Encoder {
  const own = steps.filter((step) => step.logger === undefined || step.logger === logger).map(compileEncoder)
  return (line) => own.reduce((text, encode) => encode(text), line)
}

function compileEncoder({ kind, argument }: EncoderSettings): Encoder {
  if (kind === 'prefix') return (line) => argument + line
  if (kind === 'suffix') return (line) => line + argument
  const escape =
    kind === 'json' ? (text: string): string => JSON.stringify(text).slice(1, -1) : (text: string): string => text
  return (line) =>
    argument.replaceAll(/\$\{([^}]*)\}/g, (whole, name: string) => {
      if (name === 'msg') return escape(line)
      if (name === 'msgnl') return escape(`${line}\n`)
      if (name === 'unix') return String(Math.floor(Date.now() / 1000))
      if (name === 'micros') return String(Math.floor((performance.timeOrigin + performance.now()) * 1000))
      if (name.startsWith('strftime:')) return escape(strftime(name.slice('strftime:'.length), Date.now()))
      return whole
    })
}
