import { html } from 'hono/html'
import type { Entry } from './entry-store.ts'
import { type Html, entryView } from './entry-view.ts'
import { type FormErrors, type FormValues, longestMessage, longestName } from './form.ts'
import { pictureTypes } from './picture-type.ts'

/** What the page shows. */
export interface PageModel {
  readonly entries: readonly Entry[]
  readonly count: number
  /** The id that the next, older page starts before; undefined on the last one. */
  readonly older?: number | undefined
  /** Whether this is the newest page, which has the form and grows by itself. */
  readonly newest: boolean
  readonly values?: FormValues
  readonly errors?: FormErrors
}

/** The whole page. */
export function pageView(model: PageModel): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="description" content="A guestbook: leave a few words and a picture." />
        <title>Guestbook</title>
        <link rel="icon" href="/assets/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/guestbook.css" />
        <script type="module" src="/assets/guestbook.js"></script>
      </head>
      <body>
        <div class="sheet">
          <header class="masthead">
            <h1><a href="/">Guestbook</a></h1>
            <p>Thank you for stopping by. Leave a few words, and a picture if you like.</p>
          </header>
          <main>
            ${model.newest ? formView(model.values, model.errors) : ''}
            <section class="book" aria-labelledby="book-title">
              <header>
                <h2 id="book-title">${model.newest ? 'In the book' : 'Earlier in the book'}</h2>
                <p class="tally">
                  <span data-live-state hidden></span><span data-count="${model.count}">${tally(model.count)}</span>
                </p>
              </header>
              ${model.count === 0 ? html`<p class="empty" data-empty>The first page is still blank. It could be yours.</p>` : ''}
              <ol class="entries" reversed ${model.newest ? html`data-live aria-live="polite"` : ''}>
                ${model.entries.map(entryView)}
              </ol>
              ${pagerView(model)}
            </section>
          </main>
          <footer class="colophon">
            <p>Served by <strong>Trivet</strong>: proxy, container, application.</p>
          </footer>
        </div>
      </body>
    </html>`
}

function formView(values: FormValues = { name: '', message: '' }, errors: FormErrors = {}): Html {
  const accept = pictureTypes.map((type) => type.mime).join(',')
  return html`<form class="sign" id="sign" method="post" action="/entries" enctype="multipart/form-data" novalidate>
    <h2>Sign the book</h2>
    ${Object.keys(errors).length === 0 ? '' : html`<p class="problem" role="alert">Almost: please look at the marked lines.</p>`}
    <div class="field">
      <label for="name">Your name</label>
      <input
        id="name"
        name="name"
        value="${values.name}"
        maxlength="${longestName}"
        autocomplete="name"
        required
        ${invalid('name', errors)}
      />
      ${problem('name', errors)}
    </div>
    <div class="field">
      <label for="message">Your words</label>
      <textarea
        id="message"
        name="message"
        rows="4"
        maxlength="${longestMessage}"
        required
        ${invalid('message', errors)}
      >
${values.message}</textarea>
      ${problem('message', errors)}
    </div>
    <div class="field">
      <label for="picture">A picture <small>if you like</small></label>
      <input id="picture" name="picture" type="file" accept="${accept}" ${invalid('picture', errors)} />
      ${problem('picture', errors)}
    </div>
    <button type="submit">Sign</button>
  </form>`
}

function pagerView(model: PageModel): Html | string {
  if (model.older === undefined && model.newest) return ''
  return html`<nav class="pager" aria-label="Pages">
    ${model.newest ? html`<span></span>` : html`<a href="/">Newest</a>`}
    ${model.older === undefined ? '' : html`<a href="/?before=${model.older}" rel="next">Older entries</a>`}
  </nav>`
}

function invalid(field: keyof FormErrors, errors: FormErrors): Html | string {
  return errors[field] === undefined ? '' : html`aria-invalid="true" aria-describedby="${field}-problem"`
}

function problem(field: keyof FormErrors, errors: FormErrors): Html | string {
  return errors[field] === undefined ? '' : html`<p class="problem" id="${field}-problem">${errors[field]}</p>`
}

function tally(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`
}
