/** A token of RFC 9110 §5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** One of the parameters of RFC 9110 §5.6.6, which may be empty. */
const PARAMETER = /[\t ]*;[\t ]*(?:([\w!#$%&'*+.^`|~-]+)=([\w!#$%&'*+.^`|~-]+|"(?:[^"\\]|\\.)*"))?/y;

/** Longer than the name of any charset. */
const MAX_CHARSET = 40;

/** Why a media type is refused, as a sentence; undefined when it says nothing against a body in UTF-8. */
export function mediaTypeMistake(contentType: string): string | undefined {
  const parameters = parametersOf(contentType);
  if (parameters === undefined) return 'The parameters of the media type are malformed.';
  // Of several charsets another server may obey any one.
  const other = parameters.find(([name, value]) => name === 'charset' && !/^utf-?8$/i.test(value))?.[1];
  if (other === undefined) return undefined;
  const shown = other.length <= MAX_CHARSET && TOKEN.test(other) ? other : 'another charset';
  return `The request body must be in UTF-8, not in ${shown}.`;
}

/** Names in lower case with their values; undefined where the text is no list of parameters. */
function parametersOf(contentType: string): [name: string, value: string][] | undefined {
  const parameters: [string, string][] = [];
  const semicolon = contentType.indexOf(';');
  PARAMETER.lastIndex = semicolon < 0 ? contentType.length : semicolon;
  while (PARAMETER.lastIndex < contentType.trimEnd().length) {
    const match = PARAMETER.exec(contentType);
    if (match === null) return undefined;
    const [, name, value = ''] = match;
    if (name !== undefined) parameters.push([name.toLowerCase(), unquoted(value)]);
  }
  return parameters;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
}
