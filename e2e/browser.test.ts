/** The guestbook in a real browser: signed in one tab, seen to arrive in another. */
import { fileURLToPath } from 'node:url'
import { Child, freePort, peer, temporaryFolder, withPeers } from '@trivet/testing'
import { chromium } from 'playwright-core'
import { expect } from 'vitest'
import { bin } from './stack.ts'

const picture = fileURLToPath(new URL('fixtures/picture.png', import.meta.url))

withPeers('chromium').test('an entry with a picture arrives in a second tab by itself', async () => {
  await using folder = await temporaryFolder()
  const env = { PORT: String(await freePort()), GUESTBOOK_DATA: folder.join('data') }
  await using guestbook = await Child.start(bin('trivet'), ['up', '--processes', '2'], { env })
  await guestbook.until('is at http')
  const browser = await chromium.launch({
    executablePath: peer('chromium'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
  try {
    const [writer, reader] = [await browser.newPage(), await browser.newPage()]
    const errors: string[] = []
    for (const page of [writer, reader]) {
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      await page.goto(`http://127.0.0.1:${env.PORT}/`)
    }
    await writer.getByLabel('Your name').fill('Grace')
    await writer.getByLabel('Your words').fill('Seen in two tabs')
    await writer.locator('input[type=file]').setInputFiles(picture)
    await writer.getByRole('button', { name: 'Sign' }).click()
    await writer.getByText('Seen in two tabs').waitFor()
    await reader.getByText('Seen in two tabs').waitFor()
    const shown = reader.locator('article img').first()
    await shown.waitFor()
    await expect
      .poll(async () => await shown.evaluate((image: { naturalWidth: number }) => image.naturalWidth))
      .toBeGreaterThan(0)
    expect(errors).toEqual([])
  } finally {
    await browser.close()
  }
  await guestbook.stop('SIGINT')
})
