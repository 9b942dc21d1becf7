const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' }

/** Text in HTML or XML, in elements and attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[<>&"]/g, (character) => entities[character] ?? character)
}
