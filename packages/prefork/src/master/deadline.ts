/** setTimeout's longest delay; more means now to it, and never to us. */
const longest = 2 ** 31 - 1

/** One timer that can be set again: setting it forgets the earlier one, and `Infinity` never fires. */
export class Deadline {
  #timer: NodeJS.Timeout | undefined

  set(delay: number, action: () => void): void {
    this.clear()
    if (delay <= longest) this.#timer = setTimeout(action, delay)
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
