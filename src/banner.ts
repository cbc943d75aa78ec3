import type { FirstStart } from './first-start.js';

/**
 * What a person sees at start: where everything is, and three lines to paste.
 * @param first the credentials of this start, if they may be seen here; the lines then hold them
 */
export function banner(issuer: string, docs: boolean, first: FirstStart | undefined): string {
  return [
    '',
    '  Grantway is running.',
    '',
    `    Issuer      ${issuer}`,
    ...(docs ? [`    Swagger UI  ${issuer}/docs`] : []),
    `    Metadata    ${issuer}/.well-known/oauth-authorization-server`,
    '',
    ...curlLines(issuer, first),
    '',
  ].join('\n');
}

/** What was generated on this start, as text to keep. */
export function credentials({ clientId, username, generated }: FirstStart): string[] {
  const { clientSecret, password } = generated;
  if (clientSecret === undefined && password === undefined) return [];
  return [
    '  Made for you on this first start, and shown only now:',
    '',
    ...(clientSecret === undefined
      ? []
      : [`    client_id      ${clientId}`, `    client_secret  ${clientSecret}`]),
    ...(password === undefined ? [] : [`    username       ${username}`, `    password       ${password}`]),
    '',
  ];
}

/** Right after the first start the lines hold the credentials; later they say which variables to set. */
function curlLines(issuer: string, first: FirstStart | undefined): string[] {
  const client = `${first?.clientId ?? '${CLIENT_ID:-grantway}'}:${first?.generated.clientSecret ?? '$CLIENT_SECRET'}`;
  const username = first === undefined ? '"username=${PERSON:-admin}"' : quoted(`username=${first.username}`);
  const password = first?.generated.password ?? '$PASSWORD';
  return [
    '  Get a token, create a resource, list your resources:',
    // Not USERNAME, which zsh sets to whoever is logged in.
    ...(first === undefined
      ? [
          '  (CLIENT_SECRET and PASSWORD are what the first start showed, or what you set; likewise CLIENT_ID and PERSON)',
        ]
      : []),
    '',
    `    TOKEN=$(curl -s -u "${client}" -d grant_type=password --data-urlencode ${username} ` +
      `--data-urlencode "password=${password}" ${issuer}/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `    curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' ` +
      `-d '{"title":"Hello","body":{"from":"curl"}}' ${issuer}/api/resources; echo`,
    `    curl -s -H "Authorization: Bearer $TOKEN" ${issuer}/api/resources; echo`,
  ];
}

/** One word of a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
