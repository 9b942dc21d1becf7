import { html } from 'hono/html'
import type { Entry } from './entry-store.ts'

/** Escaped HTML, at once or once its parts are there. */
export type Html = ReturnType<typeof html>

const day = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' })

/** One entry of the list; the page's script inserts the same text when it comes by the stream. */
export function entryView(entry: Entry): Html {
  const initial = [...new Intl.Segmenter().segment(entry.name)][0]?.segment.toUpperCase() ?? ''
  return html`<li class="entry" id="entry-${entry.id}" data-id="${entry.id}">
    <article>
      <header>
        <span class="initial tint-${tintOf(entry.name)}" aria-hidden="true">${initial}</span>
        <h3>${entry.name}</h3>
        <a class="when" href="#entry-${entry.id}"
          ><time datetime="${entry.createdAt.toISOString()}">${day.format(entry.createdAt)}</time></a
        >
      </header>
      <p>${entry.message}</p>
      ${entry.picture === undefined ? '' : pictureView(entry.name, entry.picture)}
    </article>
  </li>`
}

/** The same as plain text. */
export function entryText(entry: Entry): string {
  const view = entryView(entry)
  if (view instanceof Promise) throw new TypeError('an entry has no part that could be awaited')
  return view.toString()
}

function pictureView(name: string, picture: string): Html {
  return html`<figure>
    <a href="/pictures/${picture}"
      ><img src="/pictures/${picture}" alt="Picture from ${name}" loading="lazy" decoding="async"
    /></a>
  </figure>`
}

/** The same name always gets the same one of six colours. */
function tintOf(name: string): number {
  let sum = 0
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521
  return sum % 6
}
