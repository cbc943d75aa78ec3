import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bearer, call, signIn } from '../../support/http.js';
import { type Home, aHome, endProcesses, startProcess } from '../../support/process.js';

const CLIENT = { id: 'grantway', secret: 'a-client-secret-that-was-chosen-x' };
const ADMINISTRATOR = { username: 'admin', password: 'seven green bicycles sing' };
const CHOSEN = { BOOTSTRAP_CLIENT_SECRET: CLIENT.secret, BOOTSTRAP_PASSWORD: ADMINISTRATOR.password };

describe('a data directory', () => {
  let home: Home;

  beforeEach(() => {
    home = aHome();
  });

  afterEach(async () => {
    await endProcesses();
    home.remove();
  });

  it('is for one process: a second stops with a clear message, and the first does not notice', async () => {
    const first = await startProcess({ home, environment: CHOSEN });
    await first.listening();
    const { access_token: token } = (await signIn(first, CLIENT, ADMINISTRATOR)).json;
    const options = { method: 'POST', body: { title: 'kept' } };
    const path = (await bearer(first, token, '/api/resources', options)).headers.get('Location')!;

    const second = await startProcess({ home });
    const writing = Array.from({ length: 20 }, () => bearer(first, token, '/api/resources', options));
    expect(await second.ended).toBe(1);
    expect(second.stderr).toMatch(
      /^Grantway could not start\. The data directory .* is in use by another process\./,
    );
    expect(second.stderr).not.toMatch(/^\s+at /m);
    expect((await Promise.all(writing)).map(({ status }) => status)).toEqual(writing.map(() => 201));
    expect((await bearer(first, token, path)).json).toMatchObject({ title: 'kept' });
    expect((await call(first, '/health/ready')).status).toBe(200);

    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    const third = await startProcess({ home, port: first.port });
    await third.listening();
    expect((await bearer(third, token, path)).json).toMatchObject({ title: 'kept' });
  });

  it('is free again the moment its process was killed', async () => {
    const first = await startProcess({ home, environment: CHOSEN });
    await first.listening();
    first.signal('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    const second = await startProcess({ home });
    await second.listening();
    expect((await signIn(second, CLIENT, ADMINISTRATOR)).status).toBe(200);
  });

  it('named memory:// is none: nothing is left behind', async () => {
    const environment = { ...CHOSEN, DATA_DIR: 'memory://' };
    const server = await startProcess({ home, environment });
    await server.listening();
    expect((await signIn(server, CLIENT, ADMINISTRATOR)).status).toBe(200);
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(existsSync(join(home.folder, 'memory:'))).toBe(false);
  });
});
