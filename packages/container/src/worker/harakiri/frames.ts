/** The folder of this project's packages, wherever they are. */
const packages = new URL('../../../../', import.meta.url).href

/** Whether a module, given by its URL, is neither Node's nor of those that called the application. */
export function isApplication(url: string): boolean {
  if (url === '' || url.startsWith('node:')) return false
  return !(url.startsWith(packages) && /^[^/]+\/(?:src|dist)\//.test(url.slice(packages.length)))
}
