/** Replaces `${NAME}` (capitals, digits, underscores) by the environment variable of that name; unknown names and
 * nginx's own variables stay as they are, as the official nginx image does for its `*.template` files. */
export function renderTemplate(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/\$\{([A-Z_][A-Z0-9_]*)\}/g, (whole, name: string) => env[name] ?? whole)
}
