import type { Change } from './example-directory.js';

const SECRET_CHECK = 'if (secrets.some((secret) => timingSafeEqual(secret, presented)))';

/** Mistakes that directories make: in words, the check that must find it, and how to make it in the example. */
export const MISTAKES: [mistake: string, found: RegExp, ...Change[]][] = [
  ['asks nobody for the secret', /^checks nobody’s password/, [SECRET_CHECK, 'if (true)']],
  [
    'compares the beginning of the secret alone',
    /^checks nobody’s password/,
    [SECRET_CHECK, "if (c.req.header('Authorization')?.startsWith(`Bearer ${INTERNAL_SECRET.slice(0, 8)}`))"],
  ],
  [
    'describes people to anybody',
    /^describes nobody to a caller/,
    [
      SECRET_CHECK,
      "if (c.req.method === 'GET' || secrets.some((secret) => timingSafeEqual(secret, presented)))",
    ],
  ],
  [
    'refuses a stranger as it refuses a person',
    /^checks nobody’s password/,
    ["{ error: 'invalid_token' }", "{ error: 'invalid_credentials' }"],
  ],
  [
    'forgets the previous secret',
    /^takes both secrets/,
    ['[INTERNAL_SECRET, INTERNAL_SECRET_PREVIOUS]', '[INTERNAL_SECRET]'],
  ],
  ['counts milliseconds', /^says who signed in/, ['Math.floor(Date.now() / 1000)', 'Date.now()']],
  ['says nothing of how', /^says who signed in/, [", amr: ['pwd'] ", ' ']],
  [
    'calls a person as a client may be called',
    /^says who signed in/,
    ['...describe(person), auth', "...describe(person), sub: 'alice', auth"],
  ],
  [
    'answers with the hash',
    /^says who signed in/,
    ['({ password, disabled: _disabled, ...person })', '({ disabled: _disabled, ...person })'],
    ['digest(password.hash)', 'digest(person.password.hash)'],
  ],
  ['lets answers be cached', /^says who signed in/, ["c.header('Cache-Control', 'no-store');", '']],
  ['answers a page', /^says who signed in/, ["['pwd'] }", "['pwd'] }, 200, { 'Content-Type': 'text/html' }"]],
  [
    'makes up a subject each time',
    /^knows a person by the same subject/,
    ['...describe(person), auth', '...describe(person), sub: `person:${Math.random()}`, auth'],
  ],
  [
    'takes roles from the request',
    /^is not led astray/,
    ['const { username, password }', 'const { username, password, roles }'],
    ['...describe(person), auth', '...describe(person), ...(roles && { roles }), auth'],
  ],
  [
    'wants an address',
    /^takes a sign-in from addresses/,
    ['const { username, password }', 'const { username, password, ip }'],
    ['if (!isTyped(username, 512)', 'if (!ip || !isTyped(username, 512)'],
  ],
  [
    'says who is unknown',
    /^refuses an unknown person and a wrong/,
    [
      "{ error: 'invalid_credentials' }",
      "{ error: person === nobody ? 'unknown_person' : 'invalid_credentials' }",
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
    [", { 'WWW-Authenticate': 'Password' }", ''],
  ],
  [
    'refuses with the challenge of a wrong secret',
    /^refuses an unknown person and a wrong/,
    ["{ 'WWW-Authenticate': 'Password' }", "{ 'WWW-Authenticate': 'Bearer error=\"invalid_token\"' }"],
  ],
  ['lets the disabled in', /^refuses a disabled person/, [' || person.disabled', '']],
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
    ['c.json(describe(person))', "c.json({ ...describe(person), name: 'Another' })"],
  ],
  ['says nothing with its 404', /^says of an unknown subject/, ["{ error: 'unknown_person' }", '{}']],
  ['describes the disabled', /^does not describe a disabled/, [' && !one.disabled', '']],
  [
    'takes a request without a password for a wrong one',
    /^refuses a request that is no sign-in/,
    ["{ error: 'invalid_request' }, 400", "{ error: 'invalid_credentials' }, 401"],
  ],
  ['falls over what is no JSON', /^refuses a request that is no sign-in/, ['.catch(() => null)', '']],
  [
    'signs in by any method',
    /^has no other methods/,
    ["app.post('/auth'", "app.on(['POST', 'PUT'], '/auth'"],
  ],
  [
    'describes by any method',
    /^has no other methods/,
    ["app.get('/auth/users/:sub'", "app.all('/auth/users/:sub'"],
  ],
  [
    'falls over a large body',
    /^takes no larger body/,
    ['onError: tooLarge', 'onError: () => Promise.reject(new Error())'],
  ],
];
