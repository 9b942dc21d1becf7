/** What nginx.conf text becomes: words, statements, blocks, each with its place.
 *
 * Text is kept as a byte string (latin-1: one character is one byte of the file), as nginx keeps it. What goes to the
 * wire leaves with the encoding `latin1`; names of files and messages are decoded as UTF-8.
 */

/** Where something stands. Lines and columns count from 1; columns count bytes. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** One argument of a statement, escapes already resolved. */
export interface Word {
  readonly text: string
  readonly quoted: boolean
  readonly place: Place
}

/** `name args;` (block undefined) or `name args { block }`. */
export interface Statement {
  readonly name: string
  readonly args: readonly Word[]
  readonly block: readonly Statement[] | undefined
  readonly place: Place
}

/** The file name that places in the text of `-g` carry; nginx reports them as "in command line". */
export const commandLine = 'command line'
