/** Whether a test's text gives the option: on a command line, in an ini, in YAML, as a name in quotes, or in camel case. */
export function mentionsOption(text: string, name: string): boolean {
  const camel = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const forms = [
    `--${name}(?![\\w-])`,
    `(?<![\\w-])${name} ?=`,
    `(?<![\\w-])${name}: `,
    `['"]${name}['"]`,
    `(?<![\\w-])${camel}:`,
  ]
  return new RegExp(forms.join('|')).test(text)
}
