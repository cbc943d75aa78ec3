import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { raw, rawRequest, statusOf } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/upstream-recorder.js';

describe('a route that permits unusual paths', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    const paths = { encoded_slash: true, semicolon: true, double_colon: true, trailing_dot: true };
    gateway = await startRoutedGateway([
      { id: 'everything', path: '/**', public: true, upstream: upstream.origin },
      { id: 'admin', path: '/admin/**', scopes: ['admin:all'], upstream: upstream.origin },
      { id: 'x', path: '/x/**', public: true, paths, upstream: upstream.origin },
    ]);
  });
  beforeEach(() => upstream.forget());
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const get = async (path: string) =>
    statusOf(await raw(gateway, rawRequest(`GET ${path}`, ['Host: localhost'])));

  it.each([
    ...['/x/group%2Fproject?a=%2F', '/x/service;v=2', '/x/2001:db8::1', '/x/arn:aws:s3:::bucket'],
    ...['/x/Acme%20Inc.', '/x/@scope%2fname'],
  ])('passes %s on', async (path) => {
    expect(await get(path)).toBe(200);
    expect(upstream.requests.map(({ line }) => line)).toEqual([`GET ${path.replace('%2f', '%2F')}`]);
    expect(await get(path.replace('/x/', '/y/'))).toBe(400);
  });

  it.each([
    '..%2f',
    '..;/',
    '..;a=b/',
    '%2e%2e%3b/',
    '..%20/',
    '.../',
    '..::$DATA/',
    '..%255c',
    '..%00/',
    '..%ef%bc%8f',
  ])('refuses /x/%sadmin/secret, which leads elsewhere for some server', async (up) => {
    expect(await get(`/x/${up}admin/secret`)).toBe(400);
    expect(upstream.requests).toEqual([]);
  });
});
