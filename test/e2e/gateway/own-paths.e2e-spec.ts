import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExplanationAnswer } from '../../../src/modules/gateway/http/explanation.dto.js';
import { explanationOf } from '../../support/explanation.js';
import { signIn } from '../../support/http.js';
import { answerOf, raw } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { ADMINISTRATOR, FIRST_CLIENT } from '../../support/server.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/upstream-recorder.js';

/** Own paths of different kinds. The last has POST alone, the others have not. */
const OWN = ['/admin/clients', '/admin/clients/x', '/admin/clients/x/secret'];

/** No token, nothing behind an empty parameter, no such method, a parameter that is too long. */
const OWN_ANSWERS = [401, 404, 405, 414];

/** Ways to write a path, of which some are still that path for this server's router and others are not. */
const SPELLINGS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => `${path}?a=/../b`,
  (path) => `${path}?`,
  (path) => `${path}#a`,
  (path) => `${path}%23a`,
  (path) => `${path}%3fa`,
  (path) => `${path}%`,
  (path) => `${path}%00`,
  (path) => `${path}%ff`,
  (path) => `${path};a=b`,
  (path) => `${path}%3ba`,
  (path) => `${path}.`,
  (path) => `${path}%20`,
  (path) => `${path}/.`,
  (path) => `${path}/..`,
  (path) => `${path}/%2e%2e`,
  (path) => `${path}/../x`,
  (path) => `${path}%2f`,
  (path) => `${path}%2fx`,
  (path) => `${path}%252f`,
  (path) => `${path}\\`,
  (path) => `${path}%5cx`,
  (path) => `${path}::$DATA`,
  (path) => `/${path}`,
  (path) => `/.${path}`,
  (path) => `/x/..${path}`,
  (path) => `/%2e${path}`,
  (path) => `%2f${path}`,
  (path) => `*${path.slice(1)}`,
  (path) => path.toUpperCase(),
  (path) => path.replace('m', 'M'),
  (path) => path.replace('i', '%69'),
  (path) => path.replace('i', '%2569'),
  (path) => path.replace('i', '%C4%B1'),
  (path) => path.replace('a', '%EF%BD%81'),
  (path) => path.replace('a', 'a%E2%80%8B'),
  (path) => path.replaceAll('/', '%2f'),
  (path) => path.replaceAll('/', '//'),
  (path) => path.replace(/.x$/, '/'),
  (path) => path.replace(/.x(?=.)/, '/'),
  (path) => path.replace(/x$/, '..'),
  (path) => path.replace(/x(?=.)/, '%2e%2e'),
  (path) => path.replace('x', 'a%2fb'),
  (path) => path.replace('x', 'a%252fb'),
  (path) => path.replace('x', 'a;b'),
  (path) => path.replace('x', 'a%0d%0a'),
  (path) => path.replace('x', 'a'.repeat(201)),
  (path) => `http://a${path}`,
  (path) => `HTTP://a${path}`,
  (path) => `http://a?${path}`,
  (path) => `http://a#${path}`,
  (path) => `http://${path}`,
];

const TARGETS = [...new Set(OWN.flatMap((path) => SPELLINGS.map((spelling) => spelling(path))))];

describe('a spelling of an own path', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;
  let administration: string;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    // As open as can be: whatever this server does not answer itself arrives, if it is a path at all.
    gateway = await startRoutedGateway([{ id: 'all', path: '/**', public: true, upstream: upstream.origin }]);
    administration = (await signIn(gateway, FIRST_CLIENT, ADMINISTRATOR, 'routes:read')).json.access_token;
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  async function explained(method: string, target: string): Promise<ExplanationAnswer> {
    return explanationOf(gateway, administration, method, target);
  }

  /** Who answers: the upstream, or this server with which status. */
  async function happens(method: string, target: string): Promise<'forwarded' | number> {
    upstream.forget();
    const answer = answerOf(
      await raw(gateway, `${method} ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
    );
    return upstream.requests.length > 0 ? 'forwarded' : answer.status;
  }

  it.each(TARGETS)('is explained as it is answered: %s', async (target) => {
    for (const method of ['GET', 'POST']) {
      const { forwarded, refused } = await explained(method, target);
      const happened = await happens(method, target);
      const place = `${method} ${target}`;
      if (forwarded !== null) expect(happened, place).toBe('forwarded');
      else if (refused!.status === null) expect(OWN_ANSWERS, place).toContain(happened);
      else expect(happened, place).toBe(refused!.status);
    }
  });

  it('is of every kind here', async () => {
    const explanations = await Promise.all(TARGETS.map((target) => explained('GET', target)));
    const statuses = explanations.map(({ refused }) => refused?.status);
    expect(new Set(statuses)).toEqual(new Set([undefined, null, 400]));
  });
});
