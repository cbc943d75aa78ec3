import { describe, expect, it } from 'vitest';
import { NO_RULES } from './header-rules.js';
import { type AnswerFacts, responseHeaders } from './response-headers.js';

const TARGET = 'http://api.internal:8080';

function facts(changes: Partial<AnswerFacts> = {}): AnswerFacts {
  return {
    status: 200,
    requestId: 'request-1',
    clientIp: '203.0.113.9',
    claims: undefined,
    isAuthenticated: false,
    extraHeaders: {},
    target: TARGET,
    path: '/v1/orders/7',
    publicOrigin: 'https://api.example',
    route: {
      upstream: { targets: [TARGET, 'http://api2.internal'] },
      stripPrefix: '/api',
      addPrefix: '/v1',
      redirectOrigins: ['https://login.example'],
      keepHeaders: [],
      responseHeaders: NO_RULES,
    },
    ...changes,
  };
}

/** The header without the request id. */
function sent(rawHeaders: string[], changes: Partial<AnswerFacts> = {}): string[] {
  const { headers } = responseHeaders(rawHeaders, facts(changes));
  const at = headers.indexOf('X-Request-Id');
  expect(headers[at + 1]).toBe('request-1');
  return headers.toSpliced(at, 2);
}

describe('the header of an answer to the client', () => {
  it('keeps what is the message’s own, and several cookies as several', () => {
    const fields = [
      'Content-Type',
      'a/b',
      'Set-Cookie',
      'a=1',
      'ETag',
      '"1"',
      'Set-Cookie',
      'b=2',
      'Date',
      'now',
    ];
    expect(sent(fields)).toEqual(fields);
  });

  it.each([
    ['Connection', 'Keep-Alive', 'Proxy-Authenticate', 'TE', 'Trailer', 'Transfer-Encoding', 'Upgrade'],
    [
      'Server',
      'X-Powered-By',
      'Via',
      'X-AspNet-Version',
      'X-Runtime',
      'X-Backend-Server',
      'X-Envoy-Upstream-Service-Time',
    ],
    ['X-User-Id', 'X-Identity', 'Remote-User', 'X-Forwarded-For', 'X-Request-Id', 'x_request_id'],
    ['Access-Control-Allow-Origin', 'Access-Control-Allow-Credentials', 'Access-Control-Expose-Headers'],
    ['Strict-Transport-Security', 'Alt-Svc', 'URI', 'X-Accel-Redirect', 'X-Sendfile'],
    ['Clear-Site-Data', 'Service-Worker-Allowed', 'Report-To', 'Reporting-Endpoints', 'NEL'],
    ['SourceMap', 'X-SourceMap'],
  ])('is without %s and its like', (...names) => {
    expect(sent(names.flatMap((name) => [name, 'x']))).toEqual([]);
  });

  it.each([
    'Basic realm="corporate"',
    'basic',
    'DIGEST nonce="x", realm="y"',
    'Negotiate',
    'NTLM TlRMTVNTUAAC',
    'Bearer realm="x", Basic realm="y"',
    'Bearer realm="x",Negotiate',
    'Bearer realm="x,\tBasic realm=y',
  ])('is without a challenge that a browser asks its user about: %s', (challenge) => {
    const fields = [
      'WWW-Authenticate',
      'Bearer',
      'www-authenticate',
      challenge,
      'WWW_Authenticate',
      challenge,
    ];
    expect(sent(fields, { status: 401 })).toEqual(['WWW-Authenticate', 'Bearer']);
  });

  it.each(['Bearer realm="basic", scope="a b"', 'DPoP algs="ES256"', 'Basics x', 'Bearer basic="1"'])(
    'keeps another challenge: %s',
    (challenge) => {
      expect(sent(['WWW-Authenticate', challenge])).toEqual(['WWW-Authenticate', challenge]);
    },
  );

  it('is without what Connection names', () => {
    expect(sent(['Connection', 'X-Hop', 'x-hop', '1', 'X-End', '2'])).toEqual(['X-End', '2']);
  });

  it('keeps the length, whatever Connection names, and only where there can be content', () => {
    expect(sent(['Content-Length', '5', 'Connection', 'content-length'])).toEqual(['Content-Length', '5']);
    expect(sent(['Content-Length', '5'], { status: 304 })).toEqual(['Content-Length', '5']);
    expect(sent(['Content-Length', '5'], { status: 204 })).toEqual([]);
    expect(sent(['Content_Length', '5'])).toEqual([]);
  });

  it('has the fields of this server instead of the upstream’s, and both in one Vary', () => {
    const extraHeaders = { 'RateLimit-Policy': 'ours', 'cache-control': 'private', Vary: 'Origin' };
    const fields = ['ratelimit_policy', 'theirs', 'Cache-Control', 'public', 'Vary', 'Accept'];
    expect(sent(fields, { extraHeaders, isAuthenticated: true })).toEqual([
      ...['Vary', 'Accept, Origin'],
      ...['RateLimit-Policy', 'ours', 'cache-control', 'private'],
    ]);
  });

  it.each([
    [['Origin'], 'Origin'],
    [['origin, Accept', 'ACCEPT,, Cookie'], 'origin, Accept, Cookie'],
    [['Accept', '*'], '*'],
    [[], 'Origin'],
  ])('names nothing twice in Vary: %j', (theirs, expected) => {
    const fields = theirs.flatMap((value) => ['Vary', value]);
    expect(sent(fields, { extraHeaders: { Vary: 'Origin' } })).toEqual(['Vary', expected]);
  });
});

describe('the header of an answer on a route with rules', () => {
  it('has what the route sets, adds, removes and keeps', () => {
    const route: AnswerFacts['route'] = {
      ...facts().route,
      keepHeaders: ['SourceMap'],
      responseHeaders: {
        set: [{ name: 'Content-Security-Policy', value: ["default-src 'self'"] }],
        add: [{ name: 'X-Trace', value: [{ field: 'request_id' }] }],
        remove: ['X-Internal'],
      },
    };
    const fields = ['content-security-policy', 'x', 'X_Internal', 'x', 'SourceMap', '/m', 'X-Runtime', '1'];
    expect(sent(fields, { route })).toEqual([
      ...['SourceMap', '/m'],
      ...['Content-Security-Policy', "default-src 'self'"],
      ...['X-Trace', 'request-1'],
    ]);
    expect(responseHeaders(fields, facts({ route })).dropped).toEqual(['x-runtime']);
  });
});

describe('Cache-Control of an answer to an authenticated caller', () => {
  it.each([
    [['private, max-age=60'], 'private, max-age=60'],
    [['no-store'], 'no-store'],
    [['max-age=60', 'Private'], 'max-age=60, Private'],
    [[], 'no-store'],
    [['public, max-age=60'], 'no-store'],
    [['max-age=60'], 'no-store'],
    [['s-maxage=60, no-cache'], 'no-store'],
    [['private="set-cookie", max-age=60'], 'no-store'],
    [['private, public'], 'no-store'],
    [['x-private'], 'no-store'],
  ])('%j becomes %s', (values, expected) => {
    const fields = values.flatMap((value) => ['Cache-Control', value]);
    expect(sent(fields, { isAuthenticated: true })).toEqual(['Cache-Control', expected]);
  });

  it('is not overridden for some caches', () => {
    const fields = [
      'Cache-Control',
      'private',
      'CDN-Cache-Control',
      'max-age=60',
      'Surrogate-Control',
      'max-age=60',
    ];
    expect(sent(fields, { isAuthenticated: true })).toEqual(['Cache-Control', 'private']);
  });

  it('is the upstream’s alone where anyone may call', () => {
    const fields = ['Cache-Control', 'public, max-age=60', 'CDN-Cache-Control', 'max-age=600'];
    expect(sent(fields)).toEqual(fields);
    expect(sent([])).toEqual([]);
  });
});

describe('a reference of an upstream', () => {
  it.each([
    ['/v1/orders/8?a=b#c', '/api/orders/8?a=b#c'],
    ['/v1', '/api'],
    ['8', '/api/orders/8'],
    ['?page=2', '/api/orders/7?page=2'],
    ['../users/./1', '/api/users/1'],
    [`${TARGET}/v1/orders/8`, '/api/orders/8'],
    ['http://api2.internal:80/v1/x', '/api/x'],
    ['//api.internal:8080/v1/x', '/api/x'],
    ['https://api.example/v1/x', 'https://api.example/api/x'],
    ['https://api.example/api/x', 'https://api.example/api/x'],
    ['/api/x?y#z', '/api/x?y#z'],
    ['https://login.example/sign-in?to=1', 'https://login.example/sign-in?to=1'],
  ])('%s becomes %s', (reference, expected) => {
    expect(sent(['Location', reference, 'Content-Location', reference])).toEqual([
      ...['Location', expected],
      ...['Content-Location', expected],
    ]);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://api.internal/v1/x',
    'https://api.internal:8080/v1/x',
    '//evil.example/v1',
    '/\\evil.example/v1',
    '\\\\evil.example',
    '/\t/evil.example/v1',
    'javascript:alert(1)',
    'https://login.example.evil/',
    'https://login.example:444/',
    'https://login.example@evil.example/',
    'http://login.example/',
    `blob:${TARGET}/secret`,
    'blob:https://api.example/secret',
    'blob:https://login.example/secret',
    'http://[',
  ])('does not lead to %s', (reference) => {
    const fields = ['Location', reference, 'Refresh', `0; url=${reference}`];
    const { headers, withheld } = responseHeaders(fields, facts());
    expect(headers).toEqual(['X-Request-Id', 'request-1']);
    expect(withheld).toEqual(['location', 'refresh']);
  });

  it.each([
    ['/admin', '/admin'],
    ['/v1x/orders', '/v1x/orders'],
    ['/v1/../admin', '/admin'],
    [`${TARGET}/admin`, '/admin'],
    ['https://api.example/login', 'https://api.example/login'],
  ])('that the route does not lead to keeps its path, and is told for the log: %s', (reference, expected) => {
    const { headers, outside } = responseHeaders(['Location', reference], facts());
    expect(headers.slice(0, 2)).toEqual(['Location', expected]);
    expect(outside).toEqual(['location']);
  });

  it('never turns its path into a host', () => {
    const route = { ...facts().route, stripPrefix: '', addPrefix: '' };
    expect(sent(['Location', `${TARGET}//evil.example/x`], { route })).toEqual([]);
    expect(sent(['Location', `${TARGET}/ok//x`], { route })).toEqual(['Location', '/ok//x']);
  });
});
