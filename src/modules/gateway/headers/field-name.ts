/**
 * A field name as the most lenient upstream may read it. CGI, WSGI, Rack and PHP make `HTTP_X_USER_ID` of `X-User-Id`,
 * `X_User_Id` and `x.user.id` alike, so names are compared by what they all become: lower case, every separator a `-`.
 */
export function canonicalName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
}

/** Asks for a canonical name. */
export type NameTest = (canonicalName: string) => boolean;

/** @param names canonical names; one that ends in `*` stands for every name that begins so */
export function anyOf(...names: readonly string[]): NameTest {
  const alternatives = names.map((name) => (name.endsWith('*') ? `${name.slice(0, -1)}.*` : name));
  const pattern = new RegExp(`^(?:${alternatives.join('|')})$`);
  return (name) => pattern.test(name);
}

/** A header in the form of Node's `rawHeaders`: name, value, name, value. */
export type RawHeaders = readonly string[];

/** @returns each field as `[name, value]`, in order */
export function* fieldsOf(rawHeaders: RawHeaders): Generator<[name: string, value: string]> {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) yield [rawHeaders[at]!, rawHeaders[at + 1]!];
}
