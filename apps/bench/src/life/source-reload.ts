/** `--reload`: from the writing of a changed source to the first answer of the new code, for JavaScript and for Python. */
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Child, freePort, temporaryFolder } from '@trivet/testing'
import { bin } from '../bin.ts'
import { median } from '../wrk.ts'

/** Milliseconds between two changes: those who were replaced have gone, and what stands ready does so again. */
const rest = 2000

interface Source {
  readonly name: string
  readonly file: string
  readonly options: readonly string[]
  readonly code: (word: string) => string
}

const sources: readonly Source[] = [
  {
    name: 'TypeScript',
    file: 'app.ts',
    options: ['--module', 'app.ts'],
    code: (word) => `export default { fetch: (request: Request): Response => new Response('${word}') }\n`,
  },
  {
    name: 'Python (WSGI)',
    file: 'app.py',
    options: ['--wsgi-file', 'app.py'],
    code: (word) =>
      `def application(environ, start_response):\n    start_response("200 OK", [])\n    return [b"${word}"]\n`,
  },
]

/** Prints a row for each language; `rounds` times four changes. */
export async function benchSourceReload({ rounds }: { readonly rounds: number }): Promise<void> {
  const changes = rounds * 4
  process.stdout.write(`--reload, ${changes} changes, from the write to the first answer of the new code\n\n`)
  for (const source of sources) {
    await using folder = await temporaryFolder()
    const path = await folder.write(source.file, source.code('0'))
    const port = await freePort()
    const options = [...source.options, '--http-socket', `127.0.0.1:${port}`, '--chdir', folder.path, '--reload', '-L']
    await using child = await Child.start(bin('trivet-container'), options)
    await child.until('serving http')
    const took: number[] = []
    for (let change = 1; change <= changes; change += 1) {
      await delay(rest)
      process.stderr.write(`\r${source.name}: change ${change} of ${changes}\u001B[K`)
      const begun = performance.now()
      writeFileSync(path, source.code(String(change)))
      while ((await ask(port)) !== String(change)) await delay(2)
      took.push(performance.now() - begun)
    }
    process.stderr.write('\r\u001B[K')
    process.stdout.write(
      `${source.name.padEnd(16)} median ${Math.round(median(took))} ms, worst ${Math.round(Math.max(...took))} ms (limit 300)\n`,
    )
  }
}

async function ask(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })
  return await answer.text()
}
