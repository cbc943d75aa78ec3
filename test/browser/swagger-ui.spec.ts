import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SCOPES, scopesOffered } from '../../src/protocol/scopes.js';
import { launchBrowser } from '../support/browser.js';
import {
  type TestClient,
  type TestPerson,
  aConfidentialClient,
  aPerson,
  aPublicClient,
} from '../support/mothers.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../support/server.js';
import { type CredentialsLocation, SwaggerUi } from '../support/swagger-ui.js';

let browser: Browser;
let server: TestServer;
let confidential: TestClient;
let person: TestPerson;
let swagger: SwaggerUi;

beforeAll(async () => {
  browser = await launchBrowser();
  server = await startServer();
  confidential = await aConfidentialClient(server);
  person = await aPerson(server);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(async () => {
  swagger = await SwaggerUi.open(browser, server.origin);
});

afterEach(async () => {
  await expectAQuietPage();
  await swagger.close();
});

/** Whatever a test does, the page keeps to its origin and its policy, and the browser asks for nothing. */
async function expectAQuietPage(): Promise<void> {
  expect(await swagger.violations()).toEqual([]);
  expect(swagger.complaints).toEqual([]);
  expect(swagger.foreignRequests).toEqual([]);
  expect(swagger.loginBoxes).toEqual([]);
}

describe('Swagger UI', () => {
  it('presents the document in the order in which a newcomer needs it', async () => {
    expect(await swagger.page.title()).toBe('Grantway API');
    expect(
      await swagger.page
        .locator('.opblock-tag')
        .evaluateAll((tags) => tags.map((tag) => tag.getAttribute('data-tag'))),
    ).toEqual([
      'OAuth 2.0',
      'Resources',
      'Account',
      'Administration: users',
      'Administration: clients',
      'Administration: sessions',
      'Discovery',
      'Health',
    ]);
  });

  it('shows every operation whole', async () => {
    const operations = await swagger.page.locator('.opblock').all();
    expect(operations.length).toBeGreaterThan(25);
    for (const operation of operations) {
      const summary = operation.locator('.opblock-summary-control');
      await summary.click();
      await operation.locator('.responses-table').waitFor();
      await summary.click();
    }
    await swagger.page.locator('.models-control').click();
    await swagger.page.locator('.model-container').first().waitFor();
  });

  it('lists the scopes with what they are for, and ticks those that are not of administration', async () => {
    const dialog = await swagger.openDialog();
    const listed = await dialog.locator('.scopes .checkbox').evaluateAll((boxes) =>
      boxes.map((box) => ({
        name: box.querySelector('.name')?.textContent,
        description: box.querySelector('.description')?.textContent,
        ticked: box.querySelector('input')?.checked,
      })),
    );
    expect(listed).toEqual(
      scopesOffered({ gateway: false })
        .map((name) => [name, SCOPES[name]!] as const)
        .map(([name, { description, holder }]) => ({
          name,
          description,
          ticked: holder !== 'administrator',
        })),
    );
  });
});

describe('Authorize with the password flow', () => {
  it.each<[string, CredentialsLocation, () => Promise<TestClient>]>([
    ['the authorization header', 'basic', async () => confidential],
    ['the request body', 'request-body', async () => confidential],
    ['the request body of a public client', 'request-body', () => aPublicClient(server)],
  ])('by %s opens the API, and Logout closes it again', async (_, location, theClient) => {
    expect((await swagger.tryOut('listResources')).status).toBe(401);
    const client = await theClient();
    const dialog = await swagger.authorize({ client, person, location });
    expect(await dialog.locator('.errors').count()).toBe(0);
    await swagger.closeDialog();

    const created = await swagger.tryOut('createResource');
    expect(created).toMatchObject({ status: 201, json: { owner: person.sub } });
    expect((await swagger.tryOut('listResources')).json.items).toContainEqual(created.json);
    expect((await swagger.tryOut('readResource', { id: created.json.id })).status).toBe(200);
    expect((await swagger.tryOut('readUserInfo')).json.sub).toBe(person.sub);

    await swagger.logout();
    expect((await swagger.tryOut('listResources')).status).toBe(401);
  });

  it('works at http://localhost as well', async () => {
    const local = await SwaggerUi.open(browser, `http://localhost:${server.port}`);
    await local.authorize({ client: confidential, person, location: 'basic' });
    await local.closeDialog();
    expect((await local.tryOut('listResources')).status).toBe(200);
    expect({ foreign: local.foreignRequests, violations: await local.violations() }).toEqual({
      foreign: [],
      violations: [],
    });
    await local.close();
  });

  it.each<CredentialsLocation>(['basic', 'request-body'])(
    'says what is wrong with a client secret (%s), and opens no login box of the browser',
    async (location) => {
      const client = { ...confidential, secret: 'not-the-secret-of-this-client' };
      const dialog = await swagger.authorize({ client, person, location });
      expect(await dialog.locator('.errors').innerText()).toContain('invalid_client');
      expect(await dialog.locator('.errors').innerText()).toContain('Client authentication failed.');
      await swagger.closeDialog();
      expect((await swagger.tryOut('listResources')).status).toBe(401);

      await swagger.authorize({ client: confidential, person, location });
      await swagger.closeDialog();
      expect((await swagger.tryOut('listResources')).status).toBe(200);
    },
  );

  it('says that the password is wrong', async () => {
    const mistaken = { ...person, password: 'not the password of this person' };
    const dialog = await swagger.authorize({ client: confidential, person: mistaken, location: 'basic' });
    expect(await dialog.locator('.errors').innerText()).toContain('invalid_grant');
  });

  it('gives an administrator the scopes that are ticked, and no others', async () => {
    const administrator = { client: FIRST_CLIENT, person: ADMINISTRATOR, location: 'basic' } as const;
    await swagger.authorize(administrator);
    await swagger.closeDialog();
    expect((await swagger.tryOut('listUsers')).status).toBe(403);

    await swagger.logout();
    await swagger.authorize({ ...administrator, allScopes: true });
    await swagger.closeDialog();
    expect((await swagger.tryOut('listUsers')).status).toBe(200);
  });
});

describe('Try it out at the OAuth endpoints', () => {
  it('gets, inspects and revokes a token with the client in the form', async () => {
    const client = { client_id: confidential.id, client_secret: confidential.secret! };
    const issued = await swagger.tryOut('requestToken', { grant_type: 'client_credentials', ...client });
    expect(issued).toMatchObject({ status: 200, json: { token_type: 'Bearer' } });
    const token = { token: issued.json.access_token, ...client };
    expect((await swagger.tryOut('introspectToken', token)).json).toMatchObject({ active: true });
    expect(await swagger.tryOut('revokeToken', token)).toEqual({ status: 200, json: {} });
    expect((await swagger.tryOut('introspectToken', token)).json).toEqual({ active: false });
  });

  it('gets and inspects a token with the client in the authorization header', async () => {
    await swagger.authorizeClient(confidential);
    const { username, password } = person;
    const issued = await swagger.tryOut('requestToken', { grant_type: 'password', username, password });
    expect(issued.status).toBe(200);
    const token = { token: issued.json.refresh_token };
    expect((await swagger.tryOut('introspectToken', token)).json).toMatchObject({
      active: true,
      sub: person.sub,
    });
  });

  it('shows the refusal of a wrong client secret, and opens no login box of the browser', async () => {
    await swagger.authorizeClient({ ...confidential, secret: 'not-the-secret-of-this-client' });
    const refused = await swagger.tryOut('requestToken', { grant_type: 'client_credentials' });
    expect(refused).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });
});

describe('the watch over the page', () => {
  it('notices a login box, which an ordinary script that tries Basic does get', async () => {
    await swagger.page.evaluate(`
      fetch('/token', {
        method: 'POST',
        headers: { Authorization: 'Basic ' + btoa('a:b') },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      }).then(({ status }) => status)
    `);
    expect(swagger.loginBoxes.splice(0)).toEqual([`${server.origin}/token`]);
  });

  it.each([
    [
      'a style within the page',
      'style-src',
      `document.body.insertAdjacentHTML('beforeend', '<p style="color: red">')`,
    ],
    [
      'a script within the page',
      'script-src',
      `document.body.append(Object.assign(document.createElement('script'), { text: '0' }))`,
    ],
    ['a call to another origin', 'connect-src', `fetch('http://other.example/').catch(() => undefined)`],
    ['an image of another origin', 'img-src', `new Image().src = 'http://other.example/badge'`],
  ])('notices %s, which the policy refuses', async (_, directive, offend) => {
    await swagger.page.evaluate(offend);
    await expect.poll(async () => (await swagger.violations()).join()).toMatch(directive);
    expect(swagger.complaints.splice(0).join()).toContain('Content Security Policy');
    swagger.foreignRequests.splice(0);
    await swagger.page.reload();
  });
});
