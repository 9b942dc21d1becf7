// The page works without this file. With it, new entries appear by themselves and a chosen picture is previewed.

const list = document.querySelector('[data-live]')
const state = document.querySelector('[data-live-state]')
const counter = document.querySelector('[data-count]')

function follow() {
  const newest = list.firstElementChild?.dataset.id ?? '0'
  const stream = new EventSource(`/entries/stream?after=${newest}`)
  stream.addEventListener('open', () => show('live', 'Live'))
  stream.addEventListener('error', () => show('waiting', 'Reconnecting'))
  stream.addEventListener('entry', (event) => insert(event.data, event.lastEventId))
  addEventListener('pagehide', () => stream.close())
}

function insert(markup, id) {
  if (document.getElementById(`entry-${id}`) !== null) return
  const template = document.createElement('template')
  template.innerHTML = markup // made and escaped by the server, as the rest of the page is
  const entry = template.content.firstElementChild
  entry.classList.add('fresh')
  list.prepend(entry)
  document.querySelector('[data-empty]')?.remove()
  const count = Number(counter.dataset.count) + 1
  counter.dataset.count = String(count)
  counter.textContent = count === 1 ? '1 entry' : `${count} entries`
}

function show(name, text) {
  state.hidden = false
  state.dataset.liveState = name
  state.textContent = text
}

function preview(input) {
  const image = document.createElement('img')
  image.className = 'preview'
  image.alt = ''
  input.addEventListener('change', () => {
    URL.revokeObjectURL(image.src)
    image.remove()
    const [file] = input.files
    if (file === undefined) return
    image.src = URL.createObjectURL(file)
    input.after(image)
  })
}

if (list !== null) follow()

const form = document.getElementById('sign')
if (form !== null) {
  preview(form.elements.picture)
  // A second click while a large picture is on its way would sign twice.
  form.addEventListener('submit', () => (form.querySelector('button').disabled = true))
  addEventListener('pageshow', () => (form.querySelector('button').disabled = false))
}
