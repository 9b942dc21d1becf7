/** A compressed file beside the one that was asked for: `style.css.br`, `style.css.gz`. */
import Negotiator from 'negotiator'
import { type OpenFile, type OpenPolicy, openFile } from './open-file.ts'

/** The smaller first. */
const suffixes: Readonly<Record<string, string>> = { br: '.br', gzip: '.gz' }

/** An open compressed file and its Content-Encoding. */
export interface Precompressed {
  readonly file: OpenFile
  readonly encoding: string
}

/** The smallest form of `path` that the client takes; undefined when there is none. */
export async function openPrecompressed(
  policy: OpenPolicy,
  path: string,
  acceptEncoding: string | undefined,
): Promise<Precompressed | undefined> {
  if (acceptEncoding === undefined) return undefined
  const accepted = new Negotiator({ headers: { 'accept-encoding': acceptEncoding } })
  for (const [encoding, suffix] of Object.entries(suffixes)) {
    if (accepted.encoding([encoding]) === undefined) continue
    const file = await openFile(policy, path + suffix)
    if (file?.kind === 'file') return { file, encoding }
    await file?.handle.close()
  }
  return undefined
}
