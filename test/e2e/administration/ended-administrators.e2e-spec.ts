import { once } from 'node:events';
import { type IncomingMessage, request as requestOf } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserDirectory } from '../../../src/modules/users/index.js';
import { SCOPES, holderOf } from '../../../src/protocol/scopes.js';
import { type Administration, administrationOf } from '../../support/administration.js';
import { bearerVerdict } from '../../support/bearer-verdict.js';
import { declaredRoutesOf } from '../../support/declared-routes.js';
import { bearer, signIn } from '../../support/http.js';
import { decodeJwt } from '../../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

const ADMINISTRATION = Object.keys(SCOPES).filter((name) => holderOf(name) === 'administrator');
const NEW_PASSWORD = 'eleven calm rivers bending';
const NOBODY = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10';

/** How old may be what the gateway knows of a user. Milliseconds. */
const KNOWN_FOR_MS = 1_000;

/** Past the decision about access: what the request asks for is there, or is not, or is malformed. */
const LET_IN = new Set([200, 201, 204, 400, 404]);

interface AdministrationRoute {
  method: string;
  path: string;
}

interface Administrator {
  person: TestPerson;
  client: TestClient;
  token: string;
}

let server: TestServer;
let routes: AdministrationRoute[];
let first: Administration;

beforeAll(async () => {
  server = await startServer();
  routes = administrationRoutesOf(server);
  first = await administrationOf(server);
});

afterAll(() => server.close());

/** Every route of every process that asks for an administration scope: a new one is walked as well. */
function administrationRoutesOf({ processes = [server] }: TestServer): AdministrationRoute[] {
  return processes.flatMap((process) =>
    declaredRoutesOf(process).filter(
      ({ access }) =>
        access?.kind === 'scopes' && access.scopes.some((scope) => ADMINISTRATION.includes(scope)),
    ),
  );
}

async function anAdministrator(): Promise<Administrator> {
  const client = await aConfidentialClient(server, { scope: ['account', ...ADMINISTRATION] });
  const person = await aPerson(server, { roles: ['admin'] });
  const { json } = await signIn(server, client, person, `account ${ADMINISTRATION.join(' ')}`);
  return { person, client, token: json.access_token };
}

/** What each route does with a token. With the id of the administrator's own user, it would undo the end. */
async function verdicts(token: string, id: string, only = ''): Promise<Record<string, string>> {
  const walked = routes.filter(({ path }) => path.startsWith(only));
  const entries = walked.map(async ({ method, path }) => {
    const body = method === 'POST' || method === 'PATCH' ? { status: 'active', roles: ['admin'] } : undefined;
    const answer = await bearer(server, token, path.replaceAll(/:\w+/g, id), { method, body });
    return [`${method} ${path}`, LET_IN.has(answer.status) ? 'let in' : bearerVerdict(answer)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function everyRoute(verdict: string, only = ''): Record<string, string> {
  const walked = routes.filter(({ path }) => path.startsWith(only));
  return Object.fromEntries(walked.map(({ method, path }) => [`${method} ${path}`, verdict]));
}

it('administration has routes at each process that has any', () => {
  const paths = routes.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(['/admin/users', '/admin/clients', '/admin/sessions']));
  expect(routes.length).toBeGreaterThanOrEqual(13);
});

const ENDS: { end: string; make: (who: Administrator) => Promise<unknown>; verdict: string }[] = [
  {
    end: 'a user who is disabled',
    make: ({ person }) => first('PATCH', `/admin/users/${person.sub}`, { status: 'disabled', roles: [] }),
    verdict: 'invalid_token',
  },
  {
    end: 'a user who is deleted',
    make: ({ person }) => first('DELETE', `/admin/users/${person.sub}`),
    verdict: 'invalid_token',
  },
  {
    end: 'a user who loses the role',
    make: ({ person }) => first('PATCH', `/admin/users/${person.sub}`, { roles: ['clerk'] }),
    verdict: 'insufficient_scope',
  },
  {
    end: 'a password that an administrator resets',
    make: ({ person }) => first('PATCH', `/admin/users/${person.sub}`, { password: NEW_PASSWORD }),
    verdict: 'invalid_token',
  },
  {
    end: 'a password that the user changes in another session',
    make: async ({ person, client }) => {
      const { json } = await signIn(server, client, person, 'account');
      const body = { current_password: person.password, new_password: NEW_PASSWORD };
      return bearer(server, json.access_token, '/account/password', { method: 'POST', body });
    },
    verdict: 'invalid_token',
  },
  {
    end: 'a client that is disabled',
    make: ({ client }) => first('PATCH', `/admin/clients/${client.id}`, { status: 'disabled' }),
    verdict: 'invalid_token',
  },
  {
    end: 'a session that is ended',
    make: ({ token }) => first('DELETE', `/admin/sessions/${decodeJwt(token).claims.sid}`),
    verdict: 'invalid_token',
  },
];

describe('every administration route rejects at once the token of', () => {
  it.each(ENDS)('$end', async ({ make, verdict }) => {
    const administrator = await anAdministrator();
    expect(await verdicts(administrator.token, NOBODY)).toEqual(everyRoute('let in'));
    expect(await make(administrator)).toMatchObject({ status: expect.toSatisfy((status) => status < 300) });
    expect(await verdicts(administrator.token, administrator.person.sub)).toEqual(everyRoute(verdict));
  });
});

describe('a request whose body comes slowly', () => {
  it.each([
    ['PATCH', '/admin/users/{self}', { status: 'active', roles: ['admin'] }],
    ['POST', '/admin/clients', { client_name: 'Left behind', grant_types: ['client_credentials'] }],
  ])('is decided about once more when the body is there: %s %s', async (method, path, body) => {
    const { person, token } = await anAdministrator();
    const finish = begin(method, path.replace('{self}', person.sub), token, JSON.stringify(body));
    // The request has been let through by now, and waits for its body.
    await sleep(300);
    await first('PATCH', `/admin/users/${person.sub}`, { status: 'disabled' });
    expect(await finish()).toBe(401);
    expect((await first('GET', `/admin/users/${person.sub}`)).json.status).toBe('disabled');
  });

  it.each(ENDS)('makes no administrator after $end', async ({ make, verdict }) => {
    const administrator = await anAdministrator();
    const username = `left.behind.${administrator.person.sub}`;
    const body = { username, password: NEW_PASSWORD, roles: ['admin'] };
    const finish = begin('POST', '/admin/users', administrator.token, JSON.stringify(body));
    await sleep(300);
    await make(administrator);
    expect(await finish()).toBe(verdict === 'invalid_token' ? 401 : 403);
    expect((await first('GET', `/admin/users?username=${username}`)).json.items).toEqual([]);
  });

  /** Sends all but the last byte of a request. @returns sends that as well, and has the status of the response */
  function begin(method: string, path: string, token: string, body: string): () => Promise<number> {
    const request = requestOf(`${server.origin}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      },
    });
    const response = once(request, 'response') as Promise<[IncomingMessage]>;
    request.write(body.slice(0, -1));
    return async () => {
      request.end(body.slice(-1));
      const [{ statusCode }] = await response;
      return statusCode!;
    };
  }
});

describe('a change that the directory makes by itself', () => {
  const directory = (): UserDirectory => server.app.get(UserDirectory);

  const CHANGES = [
    {
      change: 'disabled',
      make: async (sub: string) => void (await directory().change(sub, { status: 'disabled' })),
      verdict: 'invalid_token',
    },
    {
      change: 'deleted',
      make: (sub: string) => directory().remove(sub),
      verdict: 'invalid_token',
    },
    {
      change: 'without the role',
      make: async (sub: string) => void (await directory().change(sub, { roles: [] })),
      verdict: 'insufficient_scope',
    },
  ];

  it('is followed by the routes that change users at once, and by all others within a second', async () => {
    const administrators = await Promise.all(CHANGES.map(() => anAdministrator()));
    for (const { token } of administrators) {
      expect(await verdicts(token, NOBODY)).toEqual(everyRoute('let in'));
    }
    for (const [at, { make, verdict }] of CHANGES.entries()) {
      const { token, person } = administrators[at]!;
      await make(person.sub);
      expect(await verdicts(token, person.sub, '/admin/users')).toEqual(everyRoute(verdict, '/admin/users'));
    }
    await sleep(KNOWN_FOR_MS);
    for (const [at, { verdict }] of CHANGES.entries()) {
      const { token, person } = administrators[at]!;
      expect(await verdicts(token, person.sub)).toEqual(everyRoute(verdict));
    }
  });

  it('ends the sessions of an old password once an administration route is asked, a second later', async () => {
    const { token, person } = await anAdministrator();
    await directory().change(person.sub, { password: NEW_PASSWORD });
    await sleep(KNOWN_FOR_MS);
    expect(bearerVerdict(await bearer(server, token, '/admin/clients'))).toBe('invalid_token');
    expect(await verdicts(token, person.sub)).toEqual(everyRoute('invalid_token'));
  });
});
