/** Whether a response ends with its head (RFC 9110 sections 15.2, 15.3.5 and 15.4.5). */
export function isEmptyStatus(status: string): boolean {
  return status.startsWith('1') || status.startsWith('204') || status.startsWith('304')
}
