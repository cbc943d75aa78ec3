import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../../support/server.js';

const README = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
const TTL = 2;

describe('the walk through the whole flow in the README', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({
      ACCESS_TOKEN_TTL: String(TTL),
      BOOTSTRAP_CLIENT_ID: 'grantway',
      BOOTSTRAP_USERNAME: 'admin',
    });
  });

  afterAll(() => server.close());

  it('does in a shell what it says', async () => {
    const [, script = ''] = /<!-- walkthrough:begin -->\s+```sh\n(.*?)```/s.exec(README) ?? [];
    const here = script.replace('http://localhost:3000', server.origin);
    expect(here).not.toBe(script);

    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', here], {
      timeout: 20_000,
      env: {
        PATH: process.env.PATH,
        CLIENT_SECRET: FIRST_CLIENT.secret,
        PASSWORD: ADMINISTRATOR.password,
        ACCESS_TOKEN_TTL: String(TTL),
      },
    });

    const [resource, expired, expiredChallenge, revocation, ended, endedChallenge] = stdout
      .trim()
      .split('\n');
    expect(JSON.parse(resource!)).toMatchObject({ title: 'First', body: { any: 'JSON' } });
    expect(expired).toMatch(/^HTTP\/1\.1 401/);
    expect(expiredChallenge).toMatch(/^www-authenticate: Bearer .*error="invalid_token"/i);
    expect(revocation).toBe('{}');
    expect(ended).toMatch(/^HTTP\/1\.1 401/);
    expect(endedChallenge).toMatch(/error="invalid_token"/);
  });
});
