import { describe, expect, it } from 'vitest';
import { MalformedResponse, readOwner, readSignedInOwner } from './owner-response.js';

const NOW = 1_763_769_600;

const ALICE = {
  sub: 'user:4711',
  username: 'alice',
  name: 'Alice Example',
  email: 'alice@example.com',
  email_verified: true,
  roles: ['clerk', 'CN=Freight,OU=Groups'],
  attributes: { department: 'Freight', cost_centre: 4711, on_call: false, sites: ['Basel', 'Brno'] },
  updated_at: NOW - 60,
  credentials_version: '7',
};
const SIGNED_IN = { ...ALICE, auth_time: NOW, amr: ['pwd'] };

describe('an answer about a person', () => {
  it('is read member by member', () => {
    expect(readOwner(ALICE)).toEqual(ALICE);
    expect(readSignedInOwner(SIGNED_IN, NOW)).toEqual(SIGNED_IN);
  });

  it('may have members that nobody here knows: they go no further', () => {
    expect(readSignedInOwner({ ...SIGNED_IN, locale: 'de-CH', status: 'vip' }, NOW)).toEqual(SIGNED_IN);
  });

  it('may be silent about when the password changed', () => {
    const { credentials_version: _, ...silent } = ALICE;
    expect(readOwner(silent).credentials_version).toBeNull();
    expect(readOwner({ ...ALICE, credentials_version: null }).credentials_version).toBeNull();
  });

  it('may know neither name nor address, and nothing else', () => {
    const bare = { ...ALICE, name: null, email: null, roles: [], attributes: {} };
    expect(readOwner(bare)).toEqual(bare);
  });

  it('counts code points, as people do', () => {
    const name = '\u{1F511}'.repeat(256);
    expect(readOwner({ ...ALICE, name }).name).toBe(name);
    expect(() => readOwner({ ...ALICE, name: `${name}x` })).toThrow('/name');
  });

  it.each([undefined, null, true, 7, 'alice', [], [ALICE]])('is an object and not %j', (answer) => {
    expect(() => readOwner(answer)).toThrow(MalformedResponse);
  });

  it.each(Object.keys(SIGNED_IN).filter((name) => name !== 'credentials_version'))(
    'has %s, as a member of its own',
    (name) => {
      const { [name]: value, ...rest } = SIGNED_IN as Record<string, unknown>;
      expect(() => readSignedInOwner(rest, NOW)).toThrow(`/${name} is missing`);
      const inherited = Object.assign(Object.create({ [name]: value }) as object, rest);
      expect(() => readSignedInOwner(inherited, NOW)).toThrow(`/${name} is missing`);
    },
  );

  it.each<[string, unknown]>([
    ['sub', ''],
    ['sub', 'alice'],
    ['sub', 4711],
    ['sub', null],
    ['sub', 'user 4711'],
    ['sub', `user:${'x'.repeat(251)}`],
    ['username', ''],
    ['username', null],
    ['username', 'x'.repeat(257)],
    ['username', 'al\nice'],
    ['name', ''],
    ['name', false],
    ['name', 'Alice\u0000'],
    ['email', 'x'.repeat(255)],
    ['email', {}],
    ['email_verified', 'true'],
    ['email_verified', 1],
    ['email_verified', null],
    ['roles', null],
    ['roles', 'admin'],
    ['roles', ['']],
    ['roles', [7]],
    ['roles', ['x'.repeat(129)]],
    ['roles', Array.from({ length: 65 }, String)],
    ['roles', { length: 0 }],
    ['attributes', null],
    ['attributes', []],
    ['attributes', { nested: {} }],
    ['attributes', { nothing: null }],
    ['attributes', JSON.parse('{"__proto__":"x"}')],
    ['updated_at', -1],
    ['updated_at', 1.5],
    ['updated_at', '1763769600'],
    ['updated_at', Number.NaN],
    ['updated_at', 1e15],
    ['credentials_version', ''],
    ['credentials_version', 7],
    ['credentials_version', 'x'.repeat(257)],
    ['auth_time', null],
    ['auth_time', NOW + 301],
    ['auth_time', NOW * 1000],
    ['amr', []],
    ['amr', 'pwd'],
    ['amr', [null]],
    ['amr', Array.from({ length: 17 }, String)],
  ])('is refused for its %s: %j', (name, value) => {
    expect(() => readSignedInOwner({ ...SIGNED_IN, [name]: value }, NOW)).toThrow(MalformedResponse);
    expect(() => readSignedInOwner({ ...SIGNED_IN, [name]: value }, NOW)).toThrow(new RegExp(`^/${name} `));
  });

  it('takes the clock of a directory that runs a little ahead', () => {
    expect(readSignedInOwner({ ...SIGNED_IN, auth_time: NOW + 300 }, NOW).auth_time).toBe(NOW + 300);
  });

  it('is not quoted when it is refused', () => {
    const canary = 'canary-5f0c4a52';
    const spoilt = [
      { ...ALICE, sub: canary },
      { ...ALICE, email: `${canary}\n` },
      { ...ALICE, attributes: { department: { canary } } },
      { ...ALICE, attributes: { [`${canary} with spaces`]: 1 } },
    ];
    const objections = spoilt.map(objectionTo);
    expect(objections.map((objection) => objection.split(' ')[0])).toEqual([
      '/sub',
      '/email',
      '/attributes',
      '/attributes',
    ]);
    expect(objections.join()).not.toContain(canary);
  });
});

function objectionTo(answer: unknown): string {
  try {
    readOwner(answer);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was objected to');
}
