import { expect, test } from 'vitest'
import { sniffPicture } from './picture-type.ts'

test.each([
  ['png', '\x89PNG\r\n\x1a\n....'],
  ['jpg', '\xff\xd8\xff\xe0..JFIF'],
  ['gif', 'GIF89a....'],
  ['webp', 'RIFF\x10\0\0\0WEBPVP8 '],
  ['avif', '\0\0\0\x20ftypavif'],
])('knows a %s by its first bytes', (extension, start) => {
  expect(sniffPicture(Buffer.from(start, 'latin1'))?.extension).toBe(extension)
})

test.each(['', 'GIF', '<svg xmlns', '%PDF-1.7', ' \x89PNG\r\n\x1a\n', 'RIFF1234WAVE'])('%j is no picture', (start) => {
  expect(sniffPicture(Buffer.from(start, 'latin1'))).toBeUndefined()
})
