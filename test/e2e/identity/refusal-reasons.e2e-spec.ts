import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalStrategy } from '../../../src/modules/auth/http/local.strategy.js';
import {
  Directory,
  SIGN_IN_REFUSAL_REASONS,
  type SignInOutcome,
} from '../../../src/modules/directory/index.js';
import { type Answer, bearer, call, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startOne } from '../../support/server.js';
import { visibleOf, watchHashing } from '../../support/token-endpoint.js';
import { expectOAuthError } from '../../support/verdicts.js';
import { SECRET } from './directory-client.js';

const WRONG = 'a wrong password 1';

type Credentials = Pick<TestPerson, 'username' | 'password'>;

let server: TestServer;
let client: TestClient;
let person: TestPerson;
let refused: [Credentials, reason: string][];

beforeAll(async () => {
  server = await startOne({ environment: { INTERNAL_SECRET: SECRET } });
  client = await aConfidentialClient(server);
  person = await aPerson(server);
  const disabled = await aPerson(server, { status: 'disabled' });
  const withoutPassword = await aPerson(server, { password: undefined, passwordHash: undefined });
  refused = [
    [{ ...person, password: WRONG }, 'wrong_password'],
    [{ ...person, password: 'p'.repeat(4096) }, 'wrong_password'],
    [{ username: 'nobody-by-this-name', password: WRONG }, 'unknown_user'],
    [{ ...person, username: ` ${person.username}` }, 'unknown_user'],
    [disabled, 'disabled'],
    [{ ...disabled, password: WRONG }, 'disabled'],
    [withoutPassword, 'no_password'],
  ];
});

beforeEach(() => void (server.logs.length = 0));
afterEach(() => vi.restoreAllMocks());
afterAll(() => server?.close());

/** The two endpoints that check the credentials of a user who signs in. */
const ENDPOINTS: [string, (credentials: Credentials) => Promise<Answer>, (answer: Answer) => void][] = [
  [
    '/token',
    (credentials) => signIn(server, client, credentials),
    (answer) => expectOAuthError(answer, 'invalid_grant'),
  ],
  [
    '/auth',
    ({ username, password }) =>
      call(server, '/auth', {
        method: 'POST',
        headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ username, password, client_id: client.id }),
      }),
    (answer) => expect(answer).toMatchObject({ status: 401, text: '{"error":"invalid_credentials"}' }),
  ],
];

/** The reasons that the log names for requests to a path, in order. */
function loggedReasons(path: string): unknown[] {
  const lines = server.logs.map((text) => JSON.parse(text));
  return lines.filter(({ msg, route }) => msg === 'request' && route === path).map(({ reason }) => reason);
}

function expectNoReasonIn(answer: Answer): void {
  const visible = JSON.stringify(visibleOf(answer));
  expect(SIGN_IN_REFUSAL_REASONS.filter((reason) => visible.includes(reason))).toEqual([]);
}

describe.each(ENDPOINTS)('the refusals of %s', (path, send, expectRefusal) => {
  it('have one response and cost one hash each, and the log names the reason', async () => {
    const hashing = watchHashing(server);
    const answers = [];
    for (const [credentials] of refused) answers.push(await send(credentials));
    for (const answer of answers) {
      expectRefusal(answer);
      expectNoReasonIn(answer);
      expect(visibleOf(answer)).toEqual(visibleOf(answers[0]!));
    }
    expect(hashing).toHaveBeenCalledTimes(refused.length);
    await vi.waitFor(() => expect(loggedReasons(path)).toEqual(refused.map(([, reason]) => reason)));
  });

  const outcomes: [string, SignInOutcome][] = [
    ...SIGN_IN_REFUSAL_REASONS.map((reason): [string, SignInOutcome] => [
      reason,
      { outcome: 'refused', reason },
    ]),
    ['further_steps_required', { outcome: 'further_steps', methods: ['otp'] }],
  ];

  it.each(outcomes)('have the same bytes when the directory says %s: %o', async (reason, outcome) => {
    const wrong = await send({ ...person, password: WRONG });
    await vi.waitFor(() => expect(loggedReasons(path)).toHaveLength(1));
    server.logs.length = 0;
    vi.spyOn(server.app.get(Directory, { strict: false }), 'authenticate').mockResolvedValue(outcome);
    const answer = await send(person);
    expectRefusal(answer);
    expectNoReasonIn(answer);
    expect(visibleOf(answer)).toEqual(visibleOf(wrong));
    await vi.waitFor(() => expect(loggedReasons(path)).toEqual([reason]));
  });
});

describe('a Passport strategy of another make', () => {
  it('refuses without a reason', async () => {
    const strategy = server.app.get(LocalStrategy);
    vi.spyOn(strategy, 'validate').mockResolvedValue(false as never);
    expectOAuthError(await signIn(server, client, person), 'invalid_grant');
    await vi.waitFor(() => expect(loggedReasons('/token')).toEqual(['refused_by_directory']));
  });
});

describe('the refusal of POST /account/password', () => {
  it('says that the password is wrong, and nothing else about the user', async () => {
    const { json } = await signIn(server, client, person);
    const answer = await bearer(server, json.access_token, '/account/password', {
      method: 'POST',
      body: { current_password: WRONG, new_password: 'eleven calm rivers bending' },
    });
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ pointer: '/current_password' }] } });
    expectNoReasonIn(answer);
  });
});
