import type { Browser, CDPSession, Locator, Page } from 'playwright-core';
import type { TestClient, TestPerson } from './mothers.js';

/** Runs in the page, before its own scripts. */
const COLLECT_VIOLATIONS = `
  globalThis.violations = [];
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    violations.push(violatedDirective + ' ' + blockedURI);
  });
`;

/** `Client credentials location` of the Authorize dialog. */
export type CredentialsLocation = 'basic' | 'request-body';

interface SignIn {
  client: TestClient;
  person: Pick<TestPerson, 'username' | 'password'>;
  location: CredentialsLocation;
  /** Ticks them all, instead of those that are ticked beforehand. */
  allScopes?: boolean;
}

/** Swagger UI in a browser, used as a person uses it, and watched. */
export class SwaggerUi {
  /** Where the browser would have opened its own login box. */
  readonly loginBoxes: string[] = [];
  /** Requests to other origins than the page's. */
  readonly foreignRequests: string[] = [];
  /** What the console complained of, but for answers with an error status, which tests ask for. */
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    readonly origin: string,
  ) {}

  static async open(browser: Browser, origin: string): Promise<SwaggerUi> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
    const page = await context.newPage();
    const swagger = new SwaggerUi(page, origin);
    await swagger.watch(await context.newCDPSession(page));
    await page.goto(`${origin}/docs`);
    await page.locator('.opblock').first().waitFor();
    return swagger;
  }

  private async watch(devTools: CDPSession): Promise<void> {
    this.page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${this.origin}/`) && !url.startsWith('data:')) this.foreignRequests.push(url);
    });
    this.page.on('console', (message) => {
      const isAnswer = message
        .text()
        .startsWith('Failed to load resource: the server responded with a status of 4');
      if (['error', 'warning'].includes(message.type()) && !isAnswer) this.complaints.push(message.text());
    });
    this.page.on('pageerror', (error) => this.complaints.push(error.message));
    await this.page.addInitScript({ content: COLLECT_VIOLATIONS });
    // Headless, a login box is invisible; the browser asks its debugger instead.
    devTools.on('Fetch.requestPaused', ({ requestId }) => {
      void devTools.send('Fetch.continueRequest', { requestId }).catch(() => undefined);
    });
    devTools.on('Fetch.authRequired', ({ requestId, request }) => {
      this.loginBoxes.push(request.url);
      void devTools.send('Fetch.continueWithAuth', {
        requestId,
        authChallengeResponse: { response: 'CancelAuth' },
      });
    });
    await devTools.send('Fetch.enable', { handleAuthRequests: true, patterns: [{ urlPattern: '*' }] });
  }

  /** Violations of the content security policy, as the page itself was told of them. */
  async violations(): Promise<string[]> {
    return this.page.evaluate('globalThis.violations');
  }

  /** Fills in the Authorize dialog and sends it; the dialog stays open and says how it went. */
  async authorize({ client, person, location, allScopes = false }: SignIn): Promise<Locator> {
    const dialog = await this.openDialog();
    await dialog.locator('#oauth_username').fill(person.username);
    await dialog.locator('#oauth_password').fill(person.password);
    await dialog.locator('#password_type').selectOption(location);
    await dialog.locator('#client_id_password').fill(client.id);
    await dialog.locator('#client_secret_password').fill(client.secret ?? '');
    if (allScopes) await dialog.getByText('select all').click();
    await dialog.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
    await dialog
      .locator('.errors')
      .or(dialog.getByRole('button', { name: 'Remove authorization' }))
      .first()
      .waitFor();
    return dialog;
  }

  /** Fills in the scheme *client*, by which a client speaks for itself. */
  async authorizeClient(client: TestClient): Promise<void> {
    const dialog = await this.openDialog();
    await dialog.locator('#auth-basic-username').fill(client.id);
    await dialog.locator('#auth-basic-password').fill(client.secret ?? '');
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await this.closeDialog();
  }

  async logout(): Promise<void> {
    const dialog = await this.openDialog();
    await dialog.getByRole('button', { name: 'Remove authorization' }).first().click();
    await this.closeDialog();
  }

  async openDialog(): Promise<Locator> {
    await this.page.locator('.scheme-container .authorize').click();
    const dialog = this.page.locator('.dialog-ux');
    await dialog.waitFor();
    return dialog;
  }

  async closeDialog(): Promise<void> {
    await this.page.locator('.dialog-ux .close-modal').click();
    await this.page.locator('.dialog-ux').waitFor({ state: 'hidden' });
  }

  /** "Try it out" and "Execute", with fields filled in by their names. */
  async tryOut(id: string, fields: Record<string, string> = {}): Promise<{ status: number; json: any }> {
    const operation = this.page.locator(`.opblock[id$="-${id}"]`);
    const summary = operation.locator('.opblock-summary-control');
    if ((await summary.getAttribute('aria-expanded')) === 'false') await summary.click();
    const tryIt = operation.getByRole('button', { name: 'Try it out' });
    await tryIt.or(operation.getByRole('button', { name: 'Cancel' })).waitFor();
    if (await tryIt.isVisible()) await tryIt.click();
    for (const [name, value] of Object.entries(fields)) {
      const row = operation.locator(`[data-property-name="${name}"], [data-param-name="${name}"]`);
      const select = row.locator('select');
      await row.locator('select, input[type=text], input[type=password]').first().waitFor();
      if ((await select.count()) > 0) await select.selectOption(value);
      else await row.locator('input[type=text], input[type=password]').fill(value);
    }
    const clear = operation.getByRole('button', { name: 'Clear' });
    if (await clear.isVisible()) await clear.click();
    await operation.locator('.execute').click();
    const live = operation.locator('.live-responses-table .response');
    await live.waitFor();
    const status = Number.parseInt(await live.locator('.response-col_status').innerText(), 10);
    const body = live.locator('.response-col_description .highlight-code code').first();
    return { status, json: (await body.count()) === 0 ? undefined : JSON.parse(await body.innerText()) };
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
