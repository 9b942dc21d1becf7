/** A kind of picture every browser shows and that cannot carry a script (which is why SVG is not among them). */
export interface PictureType {
  readonly extension: 'png' | 'jpg' | 'gif' | 'webp' | 'avif'
  readonly mime: string
  readonly signature: RegExp
}

/** Told by the first bytes: what the browser claims is the visitor's word only. */
export const pictureTypes: readonly PictureType[] = [
  { extension: 'png', mime: 'image/png', signature: /^\x89PNG\r\n\x1a\n/ },
  { extension: 'jpg', mime: 'image/jpeg', signature: /^\xff\xd8\xff/ },
  { extension: 'gif', mime: 'image/gif', signature: /^GIF8[79]a/ },
  { extension: 'webp', mime: 'image/webp', signature: /^RIFF[^]{4}WEBP/ },
  { extension: 'avif', mime: 'image/avif', signature: /^[^]{4}ftypavi[fs]/ },
]

/** The type of the picture that begins with these bytes (16 are enough), or undefined when it is none. */
export function sniffPicture(start: Uint8Array): PictureType | undefined {
  const text = Buffer.from(start.buffer, start.byteOffset, Math.min(start.byteLength, 16)).toString('latin1')
  return pictureTypes.find((type) => type.signature.test(text))
}
