/** Two tiers, one terminal: each line is prefixed with the tier it comes from, in colour where that is wanted. */
import { styleText } from 'node:util'

const colours = { proxy: 'cyan', app: 'magenta', trivet: 'green' } as const

/** Who is speaking. */
export type Speaker = keyof typeof colours

const width = Math.max(...Object.keys(colours).map((name) => name.length))

/** Writes `line` as `proxy  | line`; colours follow the terminal and NO_COLOR. */
export function say(speaker: Speaker, line: string): void {
  const prefix = styleText(colours[speaker], `${speaker.padEnd(width)} |`, { stream: process.stdout })
  process.stdout.write(`${prefix} ${line}\n`)
}
