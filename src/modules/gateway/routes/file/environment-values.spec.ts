import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownPathsOf } from '../../../../../test/support/own-paths.js';
import { RoutesFolder } from '../../../../../test/support/routes-folder.js';
import { RoutesError } from './routes-error.js';

let folder: RoutesFolder;

beforeEach(() => {
  folder = new RoutesFolder();
});
afterEach(() => folder.remove());

const VARIABLES = {
  ORDERS_URL: 'http://orders.internal:8080',
  HOST: 'bills.internal',
  MANY: '64',
  OPEN: 'true',
  EMPTY: '',
  ENCRYPTION_KEY: 'canary',
  DATABASE_URL_GATEWAY: 'canary',
};

const read = (text: string) => folder.read(text, ownPathsOf(), VARIABLES);

function mistakesOf(text: string, variables: Record<string, string> = VARIABLES) {
  return folder.mistakesOf(text, ownPathsOf(), variables);
}

/** A file of one route, its `path` in the third line. */
const fileWith = (members: string, upstream = 'http://u') =>
  `routes:\n- id: a\n  path: /a/**\n  upstream: ${upstream}\n${members}`;

describe('${NAME} in a routes file', () => {
  it('is the value of that environment variable, whole or as a part', () => {
    const [route] = read(fileWith('  audience: "https://${HOST}/${MANY}"\n', '${ORDERS_URL}'));
    expect(route!.upstream.targets).toEqual(['http://orders.internal:8080']);
    expect(route!.audience).toBe('https://bills.internal/64');
  });

  it('alone and without quotes is a number or a boolean where it looks like one', () => {
    const upstream = '{ targets: ["${ORDERS_URL}"] }';
    const [route] = read(
      `routes:\n- id: a\n  path: /a\n  websocket: \${OPEN}\n  upstream:\n    targets: [http://u]\n    max_in_flight: \${MANY}\n`,
    );
    expect([route!.webSocket, route!.upstream.maxInFlight]).toEqual([true, 64]);
    expect(mistakesOf(fileWith('  websocket: "${OPEN}"\n', upstream))).toMatchObject([
      { pointer: '/routes/0/websocket', detail: 'must be true or false' },
    ]);
  });

  it('is the text itself after another $', () => {
    const [route] = read(fileWith('  audience: a$${ORDERS_URL}-$ORDERS_URL-$$\n'));
    expect(route!.audience).toBe('a${ORDERS_URL}-$ORDERS_URL-$$');
  });

  it('is never YAML, whatever the value is', () => {
    for (const value of ['[x]', '{x:1}', '#x', '&a', '*a', '!!map', '"', '-', '~', 'null']) {
      const [route] = folder.read(fileWith('  audience: ${VALUE}\n'), ownPathsOf(), { VALUE: value });
      expect(route!.audience).toBe(value);
    }
    const mistakes = mistakesOf(fileWith('  audience: ${VALUE}\n'), { VALUE: 'x\n  public: true' });
    expect(mistakes).toMatchObject([{ pointer: '/routes/0/audience', line: 5 }]);
  });

  it('is not read in names of members, in comments, or again in a value', () => {
    expect(mistakesOf(fileWith('  "${HOST}": x\n'))).toMatchObject([{ pointer: '/routes/0/${HOST}' }]);
    const [route] = folder.read(fileWith('  # ${NOT_SET}\n  audience: ${A}\n'), ownPathsOf(), { A: '${B}' });
    expect(route!.audience).toBe('${B}');
  });

  it.each([
    ['${NOT_SET}', /NOT_SET, which is not set/],
    ['${EMPTY}', /EMPTY, which is not set/],
    ['x-${NOT_SET}-${EMPTY}', /NOT_SET/],
    ['${}', /written \$\$\{/],
    ['${NOT SET}', /written \$\$\{/],
    ['${ORDERS_URL:-x}', /written \$\$\{/],
    ['${ORDERS_URL', /written \$\$\{/],
    ['${constructor}', /constructor, which is not set/],
    ['${ENCRYPTION_KEY}', /a secret of this server/],
    ['${DATABASE_URL_GATEWAY}', /a secret of this server/],
    ['${PGPASSWORD}', /a secret of this server/],
    ['${Encryption_Key}', /a secret of this server/],
  ])('is a mistake with its line and column: %s', (value, detail) => {
    expect(mistakesOf(fileWith(`  audience: "${value}"\n`))).toEqual([
      { line: 5, column: 13, pointer: '', detail: expect.stringMatching(detail) },
    ]);
  });

  it('is a mistake in the id of a route, which logs name', () => {
    expect(mistakesOf('routes: [{ id: "${HOST}", path: /a, upstream: http://u }]')).toMatchObject([
      { line: 1, column: 16, detail: expect.stringContaining('must not come from the environment') },
    ]);
  });

  it('is never shown with its value, in any mistake', () => {
    const canary = 'canary\u0000';
    const text =
      'routes:\n- { id: a, path: "${V}", upstream: "${V}", audience: "${V}", methods: ["${V}"], identity: "${V}" }\n';
    const { message } = new RoutesError(mistakesOf(text, { V: canary }));
    expect(message.split('\n').length).toBeGreaterThan(4);
    expect(message).not.toContain('canary');
  });
});
