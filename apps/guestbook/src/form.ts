import { largestPicture } from './picture-store.ts'

/** What the form holds, as it was typed. */
export interface FormValues {
  readonly name: string
  readonly message: string
}

/** What is wrong, by field. */
export interface FormErrors {
  readonly name?: string
  readonly message?: string
  readonly picture?: string
}

/** The longest name and message, in characters as a reader counts them. */
export const longestName = 60
export const longestMessage = 1000

/** A form that was read: its values, its picture if one was chosen, and what is wrong with it. */
export interface Form {
  readonly values: FormValues
  readonly picture: File | undefined
  readonly errors: FormErrors
}

/** Reads and checks the form's fields. */
export function readForm(fields: Readonly<Record<string, unknown>>): Form {
  const name = text(fields['name']).replaceAll(/\s+/g, ' ').trim()
  const message = text(fields['message']).replaceAll('\r\n', '\n').trim()
  const file = fields['picture']
  // Browsers send an empty file without a name for a field that was left alone.
  const picture = file instanceof File && (file.size > 0 || file.name !== '') ? file : undefined
  const problems = {
    name: problemOf('name', name, longestName),
    message: problemOf('message', message, longestMessage),
    picture: picture !== undefined && picture.size > largestPicture ? pictureProblem : undefined,
  }
  const errors = Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem !== undefined))
  return { values: { name, message }, picture, errors }
}

/** What is said of a file that is too large or not a picture. */
export const pictureProblem: string = `Please choose a PNG, JPEG, GIF, WebP or AVIF picture of at most ${largestPicture / 1024 / 1024} MB.`

function text(field: unknown): string {
  // A lone surrogate cannot be stored as UTF-8; toWellFormed makes it U+FFFD. NUL would end SQLite's text functions.
  return typeof field === 'string' ? field.toWellFormed().replaceAll('\0', '') : ''
}

function problemOf(field: 'name' | 'message', value: string, longest: number): string | undefined {
  if (value === '') return field === 'name' ? 'Please tell us your name.' : 'Please leave a few words.'
  const length = [...new Intl.Segmenter().segment(value)].length
  if (length > longest) return `At most ${longest} characters, please; these are ${length}.`
  return undefined
}
