/** Two tiers, one terminal: each line is prefixed with the tier it comes from, in colour where that is wanted. */
import { styleText } from 'node:util'

const colours = { proxy: 'cyan', app: 'magenta', trivet: 'green' } as const

/** Who is speaking. */
export type Speaker = keyof typeof colours

const width = Math.max(...Object.keys(colours).map((name) => name.length))

/** Writes each line of `text` as `proxy  | line`; colours follow the terminal and NO_COLOR. */
export function say(speaker: Speaker, text: string): void {
  const prefix = styleText(colours[speaker], `${speaker.padEnd(width)} |`, { stream: process.stdout })
  for (const line of text.split('\n')) process.stdout.write(`${prefix} ${line}\n`)
}
