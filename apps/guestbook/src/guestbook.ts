import { join } from 'node:path'
import { EntryStore } from './entry-store.ts'
import { Feed } from './feed.ts'
import { PictureStore } from './picture-store.ts'

/** What the application stands on. */
export interface Guestbook {
  readonly entries: EntryStore
  readonly pictures: PictureStore
  readonly feed: Feed
  close(): void
}

/** Opens the guestbook kept in `folder`; any number of processes may have it open. */
export function openGuestbook(folder: string): Guestbook {
  const entries = new EntryStore(join(folder, 'guestbook.sqlite'))
  const feed = new Feed(entries, folder)
  return {
    entries,
    pictures: new PictureStore(join(folder, 'pictures')),
    feed,
    close() {
      feed.close()
      entries.close()
    },
  }
}
