import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoutesFolder } from '../test/support/routes-folder.js';
import { checkRoutes } from './routes-check.js';

let folder: RoutesFolder;

beforeEach(() => {
  folder = new RoutesFolder();
});
afterEach(() => folder.remove());

const check = (text: string, environment: Record<string, string> = {}) =>
  checkRoutes([folder.write(text)], environment);

const route = (members: string) => `routes:\n- { id: a, path: /a/**, upstream: "http://u", ${members} }\n`;

describe('the check of a routes file', () => {
  it('needs nothing of a gateway but the file', () => {
    expect(check(route(''))).toEqual({ code: 0, text: 'The routes file is usable.' });
    expect(checkRoutes(['docs/routes.example.yaml'], {}).text).toContain(
      'tls/ca_file: names a file that cannot be read',
    );
  });

  it('reports mistakes by line and column, and fails', () => {
    expect(check('routes:\n- id: a\n  path: /a\n  upstream: x\n  color: blue\n')).toEqual({
      code: 1,
      text:
        'The routes file is not usable:\n' +
        '  - line 4, column 3, /routes/0/upstream: must be an http or https origin without a path or a trailing slash\n' +
        '  - line 5, column 3, /routes/0/color: is not a member',
    });
    expect(check('routes: [').code).toBe(1);
    expect(checkRoutes([`${folder.path}/absent.yaml`], {}).text).toContain('cannot be read (ENOENT)');
  });

  it('checks the wiring against the environment', () => {
    const identity = 'audience: "https://gateway.example/identity"';
    const environment = { ISSUER: 'https://gateway.example', IDENTITY_URL: 'http://u' };
    expect(check(route(identity), environment).code).toBe(0);
    expect(check(route(identity), { ...environment, IDENTITY_URL: 'http://v' }).text).toContain(
      'IDENTITY_URL',
    );
    expect(check(route(''), { API_URL: 'http://v' }).text).toContain('API_URL');
    expect(check(route(''), { ISSUER: 'http://u' }).text).toContain('is this server');
    expect(check(route('audience: "${AUDIENCE_OF_A}"')).text).toContain('AUDIENCE_OF_A, which is not set');
    expect(check(route('audience: "${AUDIENCE_OF_A}"'), { AUDIENCE_OF_A: 'x' }).code).toBe(0);
  });

  it('knows which paths the process serves itself, by its roles', () => {
    const users = route('').replace('/a/**', '/admin/users/**');
    expect(check(users).code).toBe(0);
    expect(check(users, { ROLES: 'gateway,oauth,identity' }).text).toContain('this server answers itself');
    expect(check(route('').replace('/a/**', '/token')).text).toContain('this server answers itself');
    const docs = route('').replace('/a/**', '/docs');
    expect(check(docs).code).toBe(1);
    expect(check(docs, { DOCS: 'off' }).code).toBe(0);
  });

  it('reports what is wrong with the settings that it needs, and asks for no others', () => {
    expect(check(route(''), { ISSUER: 'nonsense', AUDIENCE: 'x', ENCRYPTION_KEY: 'x' })).toMatchObject({
      code: 1,
      text: expect.stringMatching(/ISSUER must be[^]*AUDIENCE must be/) as string,
    });
  });

  it('explains itself without a file, or with two', () => {
    for (const files of [[], ['a', 'b']]) {
      expect(checkRoutes(files, {})).toEqual({ code: 1, text: 'Usage: npm run routes:check -- FILE' });
    }
  });
});
