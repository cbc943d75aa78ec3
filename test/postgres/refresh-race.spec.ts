import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf } from '../support/administration.js';
import { type Deployment, type Instance, aDeployment } from '../support/deployment.js';
import { refresh, signIn } from '../support/http.js';
import type { TestClient, TestPerson } from '../support/mothers.js';
import { aRegisteredClient, aRegisteredPerson } from '../support/mothers-over-http.js';
import { type Hit, type Shot, volley } from '../support/volley.js';

const ROUNDS = 100;
const REQUESTS = 50;

describe('50 refreshes of one token at once over two instances (RFC 6749 §6, RFC 9700 §4.14.2)', () => {
  let deployment: Deployment;
  let a: Instance;
  let b: Instance;
  let administration: Administration;
  let person: TestPerson;

  beforeAll(async () => {
    deployment = await aDeployment({ TRUSTED_PROXIES: '127.0.0.1' });
    [a, b] = await Promise.all([deployment.start(), deployment.start()]);
    administration = await administrationOf(a);
    person = await aRegisteredPerson(administration);
  });

  afterAll(() => deployment.close());

  it('answers each with the same successor within the leeway, and one lineage lives on', async () => {
    const client = await aRegisteredClient(administration);
    for (let round = 0; round < ROUNDS; round++) {
      const first = (await signIn(a, client, person)).json;
      const hits = await volley(refreshes(client, first.refresh_token));

      expect(outcomes(hits)).toEqual({ '200': REQUESTS });
      const successors = new Set(hits.map((hit) => hit!.json.refresh_token));
      expect(successors.size).toBe(1);
      const [successor] = successors;
      expect(successor).not.toBe(first.refresh_token);
      const accessTokens = [first, ...hits.map((hit) => hit!.json)].map((answer) => answer.access_token);
      expect(await countActive(client, [...accessTokens, successor])).toBe(REQUESTS + 2);

      const next = await refresh(b, client, successor);
      expect(next.status).toBe(200);
      // Its successor is used by now, so this is theft: no token that came out of the race may stay behind.
      expect((await refresh(a, client, first.refresh_token)).json.error).toBe('invalid_grant');
      const tokens = [...accessTokens, successor, next.json.access_token, next.json.refresh_token];
      expect(await countActive(client, tokens)).toBe(0);
      expect((await refresh(b, client, next.json.refresh_token)).json.error).toBe('invalid_grant');
    }
  });

  it('answers at most one without a leeway, and the grant has ended', async () => {
    const client = await aRegisteredClient(administration, { refresh_leeway: 0 });
    let answered = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const first = (await signIn(b, client, person)).json;
      const hits = await volley(refreshes(client, first.refresh_token));

      const { '200': rotated = 0, ...refused } = outcomes(hits);
      expect(rotated).toBeLessThanOrEqual(1);
      expect(refused).toEqual({ '400 invalid_grant': REQUESTS - rotated });
      answered += rotated;
      expect(await countActive(client, tokensOf(first, hits))).toBe(0);
      for (const successor of hits.flatMap((hit) => hit!.json.refresh_token ?? [])) {
        expect((await refresh(a, client, successor)).json.error).toBe('invalid_grant');
      }
    }
    // A server that refused everybody would have passed so far.
    expect(answered).toBeGreaterThan(ROUNDS / 2);
    const undisturbed = (await signIn(a, client, person)).json;
    expect((await refresh(b, client, undisturbed.refresh_token)).status).toBe(200);
  });

  it('leaves nothing alive when a revocation is among them (RFC 7009 §2.1)', async () => {
    const client = await aRegisteredClient(administration);
    for (let round = 0; round < ROUNDS / 5; round++) {
      const first = (await signIn(a, client, person)).json;
      const revocation = { origin: b.origin, path: '/revoke', client, form: { token: first.refresh_token } };
      const [revoked, ...hits] = await volley([revocation, ...refreshes(client, first.refresh_token)]);

      expect(revoked?.status).toBe(200);
      const { '200': before = 0, '400 invalid_grant': after = 0 } = outcomes(hits);
      expect(before + after).toBe(REQUESTS);
      expect(await countActive(client, tokensOf(first, hits))).toBe(0);
    }
    const undisturbed = (await signIn(b, client, person)).json;
    expect(await countActive(client, [undisturbed.access_token, undisturbed.refresh_token])).toBe(2);
  });

  it('answers 100 repeats of one rotation, and 429 to the others at once: none of them is reuse', async () => {
    const client = await aRegisteredClient(administration);
    for (let round = 0; round < 3; round++) {
      const first = (await signIn(a, client, person)).json;
      const hits = await volley(refreshes(client, first.refresh_token, 130));

      expect(outcomes(hits)).toEqual({ '200': 101, '429 temporarily_unavailable': 29 });
      const successors = new Set(hits.flatMap((hit) => hit!.json.refresh_token ?? []));
      expect(successors.size).toBe(1);
      expect((await refresh(b, client, [...successors][0])).status).toBe(200);
    }
  });

  it('ends the grant when one of them differs in network and user agent from the rotation', async () => {
    const client = await aRegisteredClient(administration);
    for (let round = 0; round < ROUNDS / 5; round++) {
      const first = (await signIn(a, client, person)).json;
      const home = refreshes(client, first.refresh_token, 10, { 'X-Forwarded-For': '203.0.113.7' });
      const elsewhere = refreshes(client, first.refresh_token, 10, {
        'X-Forwarded-For': '198.51.100.1',
        'User-Agent': 'Thief/1',
      });
      const hits = await volley([...home, ...elsewhere]);

      const { '200': before = 0, '400 invalid_grant': after = 0 } = outcomes(hits);
      expect(before + after).toBe(20);
      expect(after).toBeGreaterThan(0);
      expect(await countActive(client, tokensOf(first, hits))).toBe(0);
    }
  });

  it('agrees over instances whose clocks are apart: the clock of the database measures the leeway', async () => {
    const ahead = await deployment.start({ NODE_OPTIONS: clockAhead(30) });
    const client = await aRegisteredClient(administration, { refresh_leeway: 2 });
    const [kept, late] = [(await signIn(a, client, person)).json, (await signIn(a, client, person)).json];

    const rotated = await refresh(a, client, kept.refresh_token);
    const repeated = await refresh(ahead, client, kept.refresh_token);
    expect(repeated.json.refresh_token).toBe(rotated.json.refresh_token);

    expect((await refresh(ahead, client, late.refresh_token)).status).toBe(200);
    await setTimeout(2_500);
    expect((await refresh(a, client, late.refresh_token)).json.error).toBe('invalid_grant');
  });

  /** One half for each instance. */
  function split(shots: Omit<Shot, 'origin'>[]): Shot[] {
    return shots.map((shot, index) => ({ ...shot, origin: index % 2 === 0 ? a.origin : b.origin }));
  }

  function refreshes(
    client: TestClient,
    token: string,
    count = REQUESTS,
    headers: Record<string, string> = {},
  ): Shot[] {
    const form = { grant_type: 'refresh_token', refresh_token: token };
    return split(Array.from({ length: count }, () => ({ path: '/token', client, form, headers })));
  }

  async function countActive(client: TestClient, tokens: string[]): Promise<number> {
    const hits = await volley(
      split(tokens.map((token) => ({ path: '/introspect', client, form: { token } }))),
    );
    expect(outcomes(hits)).toEqual({ '200': tokens.length });
    return hits.filter((hit) => hit!.json.active).length;
  }
});

/** Node options by which a process takes it to be this many seconds later. */
function clockAhead(seconds: number): string {
  const script = `const now = Date.now;
    globalThis.Date = class extends Date {
      constructor(...parts) { if (parts.length === 0) super(now() + ${seconds * 1000}); else super(...parts); }
      static now() { return now() + ${seconds * 1000}; }
    };`;
  return `--import=data:text/javascript;base64,${Buffer.from(script).toString('base64')}`;
}

/** How often each outcome came: a status, with its error where it has one. */
function outcomes(hits: Hit[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const hit of hits) {
    const outcome = hit === undefined ? 'no answer' : [hit.status, hit.json.error].filter(Boolean).join(' ');
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** Every token that a sign-in and a volley handed out. */
function tokensOf(first: { access_token: string; refresh_token: string }, hits: Hit[]): string[] {
  return [first, ...hits.map((hit) => hit!.json)].flatMap((answer) =>
    answer.error === undefined ? [answer.access_token, answer.refresh_token] : [],
  );
}
