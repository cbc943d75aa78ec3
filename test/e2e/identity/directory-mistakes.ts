import type { Change } from './example-directory.js';

const SECRET_CHECK = 'if (!secrets.some((secret) => timingSafeEqual(secret, presented)))';

/** Mistakes that directories make: in words, the check that must find it, and how to make it in the example. */
export const MISTAKES: [mistake: string, found: RegExp, ...Change[]][] = [
  ['asks nobody for the secret', /^checks nobody’s password/, [SECRET_CHECK, 'if (false)']],
  [
    'compares the beginning of the secret alone',
    /^checks nobody’s password/,
    [SECRET_CHECK, "if (!(headers.authorization ?? '').startsWith(`Bearer ${INTERNAL_SECRET.slice(0, 8)}`))"],
  ],
  [
    'describes people to anybody',
    /^describes nobody to a caller/,
    [SECRET_CHECK, "if (method === 'POST' && !secrets.some((secret) => timingSafeEqual(secret, presented)))"],
  ],
  [
    'refuses a stranger as it refuses a person',
    /^checks nobody’s password/,
    ["{ error: 'invalid_token' }", "{ error: 'invalid_credentials' }"],
  ],
  [
    'forgets the previous secret',
    /^takes both secrets/,
    ['INTERNAL_SECRET_PREVIOUS = INTERNAL_SECRET,', 'INTERNAL_SECRET_PREVIOUS: _ = 0,'],
    ['[INTERNAL_SECRET, INTERNAL_SECRET_PREVIOUS]', '[INTERNAL_SECRET]'],
  ],
  ['counts milliseconds', /^says who signed in/, ['Math.floor(Date.now() / 1000)', 'Date.now()']],
  ['says nothing of how', /^says who signed in/, ["amr: ['pwd'] ", '']],
  [
    'calls a person as a client may be called',
    /^says who signed in/,
    ['...describe(person), auth', "...describe(person), sub: 'alice', auth"],
  ],
  [
    'answers with the hash',
    /^says who signed in/,
    ['({ password, disabled, ...person })', '({ disabled, ...person })'],
    ['digest(password.hash)', 'digest(person.password.hash)'],
  ],
  ['lets answers be cached', /^says who signed in/, ["'Cache-Control': 'no-store', ", '']],
  ['answers a page', /^says who signed in/, ["'application/json'", "'text/html'"]],
  [
    'makes up a subject each time',
    /^knows a person by the same subject/,
    ['...describe(person), auth', '...describe(person), sub: `person:${Math.random()}`, auth'],
  ],
  [
    'takes roles from the request',
    /^is not led astray/,
    ['authenticate({ username, password })', 'authenticate({ username, password, roles })'],
    ['...describe(person), auth', '...describe(person), ...(roles && { roles }), auth'],
  ],
  [
    'wants an address',
    /^takes a sign-in from addresses/,
    [
      'authenticate({ username, password }) {',
      'authenticate({ username, password, ip }) {\n  if (!ip) return [400, {}];',
    ],
  ],
  [
    'says who is unknown',
    /^refuses an unknown person and a wrong/,
    [
      'if (!matches || person.disabled)\n',
      "if (person === nobody) return [401, { error: 'unknown_person' }];\n  if (!matches || person.disabled)\n",
    ],
  ],
  [
    'tells the unknown apart in a header',
    /^refuses an unknown person and a wrong/,
    [
      "{ 'WWW-Authenticate': 'Password' }",
      "{ 'WWW-Authenticate': 'Password', ...(person === nobody && { 'X-Cache': 'miss' }) }",
    ],
  ],
  [
    'refuses without a challenge',
    /^refuses an unknown person and a wrong/,
    [
      "[401, { error: 'invalid_credentials' }, { 'WWW-Authenticate': 'Password' }]",
      "[401, { error: 'invalid_credentials' }]",
    ],
  ],
  [
    'refuses with the challenge of a wrong secret',
    /^refuses an unknown person and a wrong/,
    ["{ 'WWW-Authenticate': 'Password' }", "{ 'WWW-Authenticate': 'Bearer error=\"invalid_token\"' }"],
  ],
  ['lets the disabled in', /^refuses a disabled person/, ['!matches || person.disabled', '!matches']],
  [
    'trims passwords',
    /^compares a password as it was typed/,
    ['derive(password,', 'derive(password.trim(),'],
  ],
  [
    'ignores case',
    /^compares a password as it was typed/,
    ['derive(password,', 'derive(password.toLowerCase(),'],
  ],
  [
    'falls over a long password',
    /^refuses the longest password/,
    ['hashing += 1;', 'if (password.length > 128) throw new Error();\n  hashing += 1;'],
  ],
  [
    'falls over a name that is no name',
    /^refuses whatever is typed for a name/,
    [
      "people.find((one) => one.username === username.normalize('NFC')) ?? nobody",
      '{ alice: people[0], root: people[1], bob: people[2] }[username] ?? nobody',
    ],
  ],
  [
    'describes somebody else',
    /^describes a person by the subject/,
    ['[200, describe(person)]', "[200, { ...describe(person), name: 'Another' }]"],
  ],
  ['says nothing with its 404', /^says of an unknown subject/, ["{ error: 'unknown_person' }", '{}']],
  ['describes the disabled', /^does not describe a disabled/, [' && !one.disabled', '']],
  [
    'takes a request without a password for a wrong one',
    /^refuses a request that is no sign-in/,
    ["return [400, { error: 'invalid_request' }];", "return [401, { error: 'invalid_credentials' }];"],
  ],
  [
    'falls over what is no JSON',
    /^refuses a request that is no sign-in/,
    ['error instanceof SyntaxError || error instanceof URIError', 'error instanceof URIError'],
  ],
  [
    'signs in by any method',
    /^has no other methods/,
    ["url === '/auth' && method === 'POST'", "url === '/auth' && method !== 'GET'"],
  ],
  [
    'describes by any method',
    /^has no other methods/,
    ["sub === undefined || method !== 'GET'", 'sub === undefined'],
  ],
  [
    'falls over a large body',
    /^takes no larger body/,
    [
      'return size > 65_536 ? undefined',
      'if (size > 65_536) throw new Error();\n  return size > 65_536 ? undefined',
    ],
  ],
];
