import { spawn } from 'node:child_process';
import { scryptSync } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { UserDirectory } from '../../../src/modules/users/index.js';
import { type Directory, ask, signIn } from '../../contract/directory.js';
import { IDENTITY_CHECKS } from '../../contract/identity-checks.js';
import { aPerson } from '../../support/mothers.js';
import { startOne } from '../../support/server.js';
import { SECRET, closeAll, closing } from './directory-client.js';
import { MISTAKES } from './directory-mistakes.js';
import { PREVIOUS, type RunningDirectory, startCheapExample, startExample } from './example-directory.js';

afterEach(closeAll);

/** The identity role of this project. */
async function startIdentity(): Promise<RunningDirectory> {
  const server = await startOne({
    environment: {
      ROLES: 'identity',
      GATEWAY_URL: 'http://127.0.0.1:1',
      INTERNAL_SECRET: SECRET,
      INTERNAL_SECRET_PREVIOUS: PREVIOUS,
    },
  });
  const disabled = await aPerson(server);
  await server.app.get(UserDirectory).change(disabled.sub, { status: 'disabled' });
  const directory: Directory = {
    url: server.origin,
    secret: SECRET,
    previousSecret: PREVIOUS,
    dispatcher: undefined,
    person: await aPerson(server, { name: 'Alice Example', email: 'alice@example.com' }),
    disabled,
  };
  return { directory, close: () => server.close() };
}

describe.each([
  ['this project’s identity role', startIdentity],
  ['a directory of another make', () => startCheapExample()],
])('%s', (_, start) => {
  let started: RunningDirectory;

  beforeAll(async () => {
    started = await start();
  });

  afterAll(() => started?.close());

  it.each(IDENTITY_CHECKS.map((check) => [check.name, check] as const))('%s', async (__, { canRun, run }) => {
    expect(canRun?.(started.directory) ?? true).toBe(true);
    await run(started.directory);
  });
});

describe('the contract’s checks', () => {
  it.each(MISTAKES)('find a directory that %s', async (_, found, ...changes) => {
    const [check, ...others] = IDENTITY_CHECKS.filter(({ name }) => found.test(name));
    expect(others).toEqual([]);
    const { directory } = closing(await startCheapExample(...changes));
    // An assertion, and not a server that does not even start.
    await expect(check!.run(directory)).rejects.toMatchObject({ name: 'AssertionError' });
  });

  it('are each shown to fail', () => {
    const unshown = IDENTITY_CHECKS.filter(({ name }) => !MISTAKES.some(([, found]) => found.test(name)));
    expect(unshown.map(({ name }) => name)).toEqual([]);
  });
});

describe('the example', () => {
  it('knows the people of its README, hashed as it hashes', async () => {
    const { directory } = closing(await startExample());
    expect(await signIn(directory, directory.person)).toMatchObject({
      status: 200,
      json: { sub: 'person:1' },
    });
    const root = { username: 'root', password: 'seven green bicycles sing' };
    expect(await signIn(directory, root)).toMatchObject({ status: 200, json: { roles: ['admin'] } });
    expect(await signIn(directory, directory.disabled!)).toMatchObject({ status: 401 });
  });

  it('answers 404 to what is no question of the contract, and the gateway’s secret for nothing', async () => {
    const { directory } = closing(await startCheapExample());
    const elsewhere = { method: 'GET', path: '/admin/users', authorization: null } as const;
    expect(await ask(directory, elsewhere)).toMatchObject({ status: 404, json: { error: 'not_found' } });
  });

  it.each([
    ['examples/identity-server', {}, 'INTERNAL_SECRET is not set.'],
    ['examples/api-server', {}, 'GATEWAY_URL is not set to an origin.'],
    ['examples/identity-server', { INTERNAL_SECRET: SECRET }, 'EADDRINUSE'],
    ['examples/api-server', { GATEWAY_URL: 'http://127.0.0.1:1' }, 'EADDRINUSE'],
  ])('%s with %j ends with one line', async (folder, environment, complaint) => {
    const { directory } = closing(await startCheapExample());
    const child = spawn(process.execPath, [`${folder}/server.mjs`], {
      env: { PORT: new URL(directory.url).port, ...environment },
    });
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(code).toBe(1);
    expect(said).toContain(complaint);
    expect(said.trim().split('\n')).toHaveLength(1);
  });

  it('hashes a password for people.json', async () => {
    const script = spawn(process.execPath, ['examples/identity-server/hash.mjs']);
    script.stdin.end('a password of mine\n');
    const { salt, hash } = JSON.parse(await text(script.stdout));
    const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 };
    const expected = scryptSync('a password of mine', Buffer.from(salt, 'base64'), 32, cost);
    expect(hash).toBe(expected.toString('base64'));
  });
});

describe('npm run test:contract', () => {
  /** Its exit code and all that it writes. */
  async function run(environment: Record<string, string>): Promise<{ code: number; output: string }> {
    const { PATH, HOME } = process.env;
    const child = spawn('npm', ['run', 'test:contract'], {
      env: { PATH, HOME, NO_COLOR: '1', ...environment },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => (output += String(chunk)));
    }
    const [code] = (await once(child, 'close')) as [number];
    return { code, output };
  }

  const environmentOf = ({ url, secret, person }: Directory): Record<string, string> => ({
    IDENTITY_URL: url,
    INTERNAL_SECRET: secret,
    CONTRACT_USERNAME: person.username,
    CONTRACT_PASSWORD: person.password,
  });

  it('passes where the contract is kept, leaves out what it cannot try, and tells how long refusals take', async () => {
    const { directory } = closing(await startCheapExample());
    const { code, output } = await run(environmentOf(directory));
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringMatching(/15 passed \| 3 skipped/),
    });
    expect(output).toMatch(/a refusal takes [\d.]+ ms for an unknown person, [\d.]+ ms for a wrong password/);
  });

  it('fails where it is not, and says where', async () => {
    const { directory } = closing(await startCheapExample(["{ error: 'unknown_person' }", '{}']));
    const { code, output } = await run(environmentOf(directory));
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringMatching(/1 failed \|/) });
    expect(output).toMatch(/FAIL .*says of an unknown subject, and of no other trouble, that it is unknown/);
  });

  it.each([
    ['CONTRACT_PASSWORD', 'CONTRACT_USERNAME and CONTRACT_PASSWORD are refused'],
    ['INTERNAL_SECRET', 'INTERNAL_SECRET is refused'],
  ])('stops before the checks when %s is wrong', async (name, complaint) => {
    const { directory } = closing(await startCheapExample());
    const wrong = { ...environmentOf(directory), [name]: 'not-the-right-one-0123456789abcdef' };
    const { code, output } = await run(wrong);
    expect(code).toBe(1);
    expect(output).toContain(complaint);
    expect(output).toMatch(/Tests +no tests/);
  });

  it('says what it needs', async () => {
    const { code, output } = await run({ IDENTITY_URL: 'http://127.0.0.1:1' });
    expect(code).toBe(1);
    for (const name of ['INTERNAL_SECRET', 'CONTRACT_USERNAME', 'CONTRACT_PASSWORD']) {
      expect(output).toContain(name);
    }
  });
});
