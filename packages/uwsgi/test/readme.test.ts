import { readFile, rm, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

test("the README's example runs and says what it promises", async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  // Beside this file, so that the packages it imports are found.
  const file = new URL(`readme-example-${process.pid}.ts`, import.meta.url)
  await writeFile(file, code)
  try {
    const { answer } = (await import(/* @vite-ignore */ file.href)) as { answer: string }
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/)
    expect(answer).toMatch(/Hello from \/here$/)
  } finally {
    await rm(file)
  }
})
