/** A file of deploy/ with the lines taken in that deploy/README.md says let WebSockets pass. */
export function withWebSockets(text: string): string {
  return text.replaceAll(/^(\s*)#: /gm, '$1');
}
