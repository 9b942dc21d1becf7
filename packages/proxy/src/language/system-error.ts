/** System errors as nginx words them: `2: No such file or directory`. */

const texts: Readonly<Record<string, string>> = {
  EPERM: '1: Operation not permitted',
  ENOENT: '2: No such file or directory',
  ESRCH: '3: No such process',
  EIO: '5: Input/output error',
  EACCES: '13: Permission denied',
  EISDIR: '21: Is a directory',
  ENOTDIR: '20: Not a directory',
  EMFILE: '24: Too many open files',
  ENOSPC: '28: No space left on device',
  EPIPE: '32: Broken pipe',
  ENAMETOOLONG: '36: File name too long',
  ELOOP: '40: Too many levels of symbolic links',
  EADDRNOTAVAIL: '99: Cannot assign requested address',
  ENETUNREACH: '101: Network is unreachable',
  ECONNABORTED: '103: Software caused connection abort',
  ECONNRESET: '104: Connection reset by peer',
  ETIMEDOUT: '110: Connection timed out',
  ECONNREFUSED: '111: Connection refused',
  EHOSTUNREACH: '113: No route to host',
}

/** Number and text of a system error; its own message when it is not a known one. */
export function systemErrorText(error: NodeJS.ErrnoException): string {
  return texts[error.code ?? ''] ?? error.message
}
