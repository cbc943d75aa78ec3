import { afterEach, describe, expect, it } from 'vitest';
import { Overloaded } from '../../../src/protocol/overloaded.js';
import { SECRET, aClient, closeAll, closing, reasonsOf, signIn } from './directory-client.js';
import {
  ALICE,
  type Script,
  aDirectory,
  answering,
  describing,
  hanging,
  refusing,
  resetting,
} from './scripted-directory.js';

afterEach(closeAll);

const REFUSAL = { error: 'invalid_credentials' };

describe('an answer that is not the contract’s', () => {
  const elsewhere = answering(307, '', { Location: 'http://127.0.0.1:1/auth' });
  const brokenUtf8: Script = (response) => {
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(Buffer.from('{"sub":"\xff"}', 'latin1'));
  };
  // Made beforehand: the time of the directory is short, and what is asked here is what becomes of its answer.
  const huge = answering(200, JSON.stringify({ ...ALICE, padding: 'x'.repeat(10 * 1024 * 1024) }));

  it.each<[string, Script, string | RegExp]>([
    ['401 without a refusal', answering(401, { title: 'Unauthorized' }), 'it rejects INTERNAL_SECRET'],
    ['401 and nothing', answering(401, ''), 'it rejects INTERNAL_SECRET'],
    [
      '401 and a refusal in HTML',
      answering(401, REFUSAL, { 'Content-Type': 'text/html' }),
      /INTERNAL_SECRET/,
    ],
    ['401 and another error', answering(401, { error: 'invalid_token' }), /INTERNAL_SECRET/],
    ['401 and a list', answering(401, ['invalid_credentials']), /INTERNAL_SECRET/],
    ['403', answering(403, {}), /IDENTITY_CLIENT_CERT/],
    ['a refusal with 200', answering(200, REFUSAL), 'its response is malformed: /sub is missing'],
    ['a refusal with 400', answering(400, REFUSAL), 'it responded with 400: is IDENTITY_URL right?'],
    ['a refusal with 403', answering(403, REFUSAL), /IDENTITY_CLIENT_CERT/],
    ['404', answering(404, {}), /it responded with 404/],
    ['204', answering(204, ''), /it responded with 204/],
    ['201 and a person', answering(201, ALICE), /it responded with 201/],
    ['a redirect', elsewhere, /it responded with 307/],
    ['500', answering(500, REFUSAL), /it responded with 500/],
    ['502', answering(502, '<html>'), /it responded with 502/],
    ['garbage', answering(200, '{"sub":'), 'its response is malformed: the body must be JSON in UTF-8'],
    ['bytes that are no UTF-8', brokenUtf8, 'its response is malformed: the body must be JSON in UTF-8'],
    ['no media type', (response) => void response.end('{}'), /must be application\/json/],
    ['a page', answering(200, '<p>', { 'Content-Type': 'text/html' }), /must be application\/json/],
    ['null', answering(200, 'null'), 'its response is malformed: the body must be a JSON object'],
    ['a client for a person', describing({ ...ALICE, sub: 'first-client' }), /\/sub must be a UUID, or/],
    ['a role that is no text', describing({ ...ALICE, roles: [{}] }), /\/roles must be/],
    ['ten megabytes', huge, 'its response is too large'],
    ['no HTTP', ({ socket }) => void socket!.end('SSH-2.0-x\r\n'), 'there was no response: HTTPParserError'],
    ['a reset', resetting, 'there was no response: ECONNRESET'],
    ['nothing', hanging, 'it took too long'],
    ['half an answer', (response) => void response.writeHead(200).write('{"sub"'), 'it took too long'],
  ])('is no refusal: %s', async (_, script, reason) => {
    const { people, logs } = await aClient(script);
    const thrown = await signIn(people).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(Overloaded);
    expect((thrown as Overloaded).retryAfter).toBe(5);
    expect(reasonsOf(logs)).toEqual([typeof reason === 'string' ? reason : expect.stringMatching(reason)]);
  });

  it.each<[string, Script, RegExp]>([
    [
      '404 of something before it',
      answering(404, { status: 404 }),
      /it responded with 404: is IDENTITY_URL right/,
    ],
    ['404 as a page', answering(404, 'not found', { 'Content-Type': 'text/html' }), /it responded with 404/],
    ['a refusal', refusing, /INTERNAL_SECRET/],
    ['another person', describing({ ...ALICE, sub: 'user:4712' }), /another user/],
    ['an address in another letter case', describing({ ...ALICE, sub: 'USER:4711' }), /another user/],
    ['nothing', hanging, /it took too long/],
  ])('does not make a person unknown: %s', async (_, script, reason) => {
    const { people, logs } = await aClient(script);
    await expect(people.describe(ALICE.sub)).rejects.toThrow(Overloaded);
    expect(reasonsOf(logs)).toEqual([expect.stringMatching(reason)]);
  });

  it('leaves no trace of what was asked or answered', async () => {
    for (const script of [
      answering(500, 'canary'),
      describing({ ...ALICE, sub: 'canary' }),
      resetting,
      hanging,
    ]) {
      const { people, logs } = await aClient(script);
      const error = await signIn(people, 'canary-username', 'canary-password').catch(
        (reason: unknown) => reason,
      );
      expect(logs.length).toBeGreaterThan(0);
      expect(logs.join()).not.toContain('canary');
      expect(logs.join()).not.toContain(SECRET);
      expect(String((error as Error).stack)).not.toContain('canary');
    }
  });

  it('is not followed to another origin', async () => {
    const other = closing(await aDirectory());
    const { people } = await aClient(answering(308, '', { Location: `${other.url}/auth` }));
    await expect(signIn(people)).rejects.toThrow(Overloaded);
    await expect(people.describe(ALICE.sub)).rejects.toThrow(Overloaded);
    expect(other.calls).toEqual([]);
  });
});
