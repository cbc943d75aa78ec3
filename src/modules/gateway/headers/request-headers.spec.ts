import { describe, expect, it } from 'vitest';
import { NO_RULES } from './header-rules.js';
import { type RequestFacts, requestHeaders } from './request-headers.js';

const ADDED = ['Via', 'X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Request-Id'];

const ROUTE: RequestFacts['route'] = {
  dropHeaders: [],
  forwardAuthorization: false,
  forwardedHeader: false,
  keepHeaders: [],
  requestHeaders: NO_RULES,
  methods: undefined,
  stripPrefix: '',
};

function facts(changes: Partial<RequestFacts> = {}): RequestFacts {
  return {
    clientIp: '203.0.113.9',
    claims: undefined,
    publicOrigin: 'https://api.example',
    requestId: 'request-1',
    httpVersion: '1.1',
    identityHeaders: {},
    route: ROUTE,
    ...changes,
  };
}

/** The fields that passed, without those that this server adds. */
function passed(rawHeaders: string[], changes: Partial<RequestFacts> = {}): [string, string][] {
  return pairs(headersOf(rawHeaders, facts(changes))).filter(([name]) => !ADDED.includes(name));
}

function headersOf(rawHeaders: string[], said: RequestFacts): string[] {
  return requestHeaders(rawHeaders, said).headers;
}

function pairs(headers: string[]): [string, string][] {
  return headers.flatMap((name, at) => (at % 2 === 0 ? [[name, headers[at + 1]!] as [string, string]] : []));
}

describe('the header of a request to an upstream', () => {
  it('keeps what is the message’s own, in order, case and number', () => {
    const fields = [
      'Accept',
      'a',
      'Content-Type',
      'text/plain',
      'Cookie',
      'a=b',
      'accept',
      'c',
      'If-Match',
      '"1"',
    ];
    expect(passed(fields).flat()).toEqual(fields);
  });

  it.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authorization',
    'Proxy-Anything',
    'TE',
    'Trailer',
    'Trailers',
    'Transfer-Encoding',
    'Transfer_Encoding',
    'Upgrade',
    'HTTP2-Settings',
    'Expect',
    'Content-Length',
    'Content_Length',
    'content.length',
    'Host',
    'Cookie2',
  ])('ends %s here', (name) => expect(passed([name, 'x'])).toEqual([]));

  it.each([
    ['X-Identity', 'x_identity', 'X.Identity', 'X-Identity-Token'],
    ['X-User', 'X-User-Id', 'X_User_Id', 'x.user.id', 'X-UserInfo', 'X-Username', 'X-User-Email'],
    [
      'X-Client-Id',
      'X-Client-Cert',
      'Client-Cert',
      'Client-Cert-Chain',
      'X-SSL-Client-S-DN',
      'SSL_CLIENT_CERT',
    ],
    ['X-Scope', 'X-Scopes', 'X-Role', 'X-Roles', 'X-Groups', 'X-Email', 'X-Access-Token', 'X-Id-Token'],
    ['X-Auth-Request-User', 'X-Auth-Request-Email', 'x_auth_request_groups', 'X-Forwarded-User', 'GAP-Auth'],
    ['X-Consumer-Id', 'X-Credential-Identifier', 'X-Authenticated-Userid', 'X-Anonymous-Consumer'],
    [
      'Remote-User',
      'REMOTE_USER',
      'Remote-Groups',
      'X-Remote-User',
      'X-WEBAUTH-USER',
      'X-Remote-Extra-Scopes',
    ],
    ['X-Goog-IAP-JWT-Assertion', 'x-amzn-oidc-data', 'X-MS-CLIENT-PRINCIPAL', 'Cf-Access-Jwt-Assertion'],
    [
      'X-Pomerium-Claim-Email',
      'X-authentik-username',
      'Tailscale-User-Login',
      'OIDC_CLAIM_sub',
      'SM_USER',
      'iv-user',
    ],
    ['Impersonate-User', 'X-JWT-Assertion', 'X-Jwt', 'X-On-Behalf-Of', 'X-Act-As'],
    ['X-Auth', 'X-Auth-Token', 'X-Authorization', 'X-Serverless-Authorization', 'X-Authenticated'],
    ['Auth-User', 'User', 'Username', 'Userid', 'X-Login', 'X-Admin', 'X-Claims', 'X-Permissions'],
    ['X-Account-Id', 'X-Tenant-Id', 'X-Org-Id', 'X-Customer-Id', 'X-Member-Id', 'X-Spiffe-Id'],
    ['X-Hasura-Role', 'x-hasura-admin-secret', 'X-Hasura-User-Id'],
  ])('lets no client say who it is by %s and its like', (...names) => {
    expect(passed(names.flatMap((name) => [name, 'admin']))).toEqual([]);
  });

  it.each([
    ['Forwarded', 'X-Forwarded', 'X-Forwarded-Port', 'X-Forwarded-Prefix', 'X_Forwarded_Server'],
    ['X-Real-IP', 'True-Client-IP', 'X-Client-IP', 'X-Cluster-Client-IP', 'Client-IP', 'X-Originating-IP'],
    ['X-End-User-IP', 'x_end_user_ip', 'X-End-User-Agent'],
    [
      'CF-Connecting-IP',
      'Fastly-Client-IP',
      'X-Appengine-User-Ip',
      'X-Azure-ClientIP',
      'X-Envoy-External-Address',
    ],
    ['X-Original-URL', 'X-Original-Host', 'X-Rewrite-URL', 'X-Host', 'X-Scheme', 'Front-End-Https'],
    ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'x_http_method_override', 'X-Method'],
    ['X-HTTP-Path-Override', 'X-Override-URL', 'X-HTTP-DestinationURL', 'X-Backend-Host'],
    ['Http-Host', 'Request-Uri', 'Base-Url', 'X-Custom-IP-Authorization', 'Destination'],
    ['X-Middleware-Subrequest', 'X-Accel-Mapping', 'X-Sendfile-Type', 'Proxy'],
  ])('lets no client say where it comes from or what to do instead by %s and its like', (...names) => {
    expect(passed(names.flatMap((name) => [name, '127.0.0.1']))).toEqual([]);
  });

  it('ends here what any Connection field names, in any spelling', () => {
    const fields = [
      'Connection',
      'close, X-One',
      'connection',
      ' x_two ,',
      'X-One',
      '1',
      'X-Two',
      '2',
      'X-Three',
      '3',
    ];
    expect(passed(fields)).toEqual([['X-Three', '3']]);
  });

  it('sets the identity that the route has, whatever Connection names', () => {
    const fields = ['Connection', 'x-identity, x-forwarded-for, x-request-id, via', 'X-Identity', 'forged'];
    const sent = pairs(headersOf(fields, facts({ identityHeaders: { 'X-Identity': 'ours' } })));
    expect(sent).toEqual([
      ['Via', '1.1 grantway'],
      ['X-Forwarded-For', '203.0.113.9'],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Host', 'api.example'],
      ['X-Request-Id', 'request-1'],
      ['X-Identity', 'ours'],
    ]);
  });

  it('has the origin and the name of the request once, as this server knows them', () => {
    const forged = ['X-Forwarded-For', '1.1.1.1', 'X-Forwarded-Proto', 'http', 'X-Forwarded-Host', 'evil'];
    const sent = headersOf([...forged, 'X-Request-Id', 'forged'], facts()).join(' ');
    expect(sent).not.toMatch(/1\.1\.1\.1|http |evil|forged/);
  });

  it('appends itself to Via', () => {
    const sent = pairs(headersOf(['Via', '1.0 a', 'Via', '1.1 b'], facts({ httpVersion: '1.0' })));
    expect(sent.filter(([name]) => name === 'Via')).toEqual([['Via', '1.0 a, 1.1 b, 1.0 grantway']]);
  });

  it('keeps what only begins like one of those', () => {
    const names = [
      'User-Agent',
      'X-Origin',
      'X-Organ',
      'X-Author',
      'Authentication-Info',
      'X-Methods',
      'Base',
    ];
    const fields = names.flatMap((name) => [name, 'x']);
    expect(passed(fields).flat()).toEqual(fields);
  });

  it('is without what its route drops, in any spelling', () => {
    const route = { ...ROUTE, dropHeaders: ['X-Partner', 'cookie'] };
    const fields = ['x_partner', '1', 'X-PARTNER', '2', 'Cookie', 'a=b', 'X-Partners', '3'];
    expect(passed(fields, { route }).flat()).toEqual(['X-Partners', '3']);
  });

  it('sets what is the gateway’s own even where the route drops it', () => {
    const changes = {
      route: { ...ROUTE, dropHeaders: ['X-Identity'] },
      identityHeaders: { 'X-Identity': 'ours' },
    };
    expect(passed(['X-Identity', 'forged'], changes)).toEqual([['X-Identity', 'ours']]);
  });

  it.each([
    [undefined, false],
    [['GET', 'PROPFIND'], false],
    [['COPY'], true],
    [['GET', 'MOVE'], true],
  ])('of a route for %j says where to copy or move: %s (RFC 4918 §10.3)', (methods, says) => {
    const fields = ['Destination', 'http://api.example/other'];
    expect(passed(fields, { route: { ...ROUTE, methods } }).flat()).toEqual(says ? fields : []);
  });

  it('has the caller’s token only on a route that forwards it', () => {
    const fields = ['Authorization', 'Bearer t', 'DPoP', 'proof'];
    expect(passed(fields)).toEqual([]);
    expect(passed(fields, { route: { ...ROUTE, forwardAuthorization: true } }).flat()).toEqual(fields);
  });

  it('says under which prefix clients know the upstream, whatever the client said', () => {
    const raw = ['X-Forwarded-Prefix', '/evil', 'Forwarded', 'for=evil'];
    const sent = pairs(headersOf(raw, facts({ route: { ...ROUTE, stripPrefix: '/api' } })));
    expect(sent.filter(([name]) => /^(x-forwarded-prefix|forwarded)$/i.test(name))).toEqual([
      ['X-Forwarded-Prefix', '/api'],
    ]);
    expect(headersOf(raw, facts())).not.toContain('X-Forwarded-Prefix');
  });

  it.each([
    ['203.0.113.9', 'for=203.0.113.9;host="api.example";proto=https'],
    ['2001:db8::1', 'for="[2001:db8::1]";host="api.example";proto=https'],
  ])('has Forwarded where the route wants it (RFC 7239 §4, §6): %s', (clientIp, expected) => {
    const route = { ...ROUTE, forwardedHeader: true };
    const sent = pairs(headersOf(['Forwarded', 'for=evil'], facts({ clientIp, route })));
    expect(sent.filter(([name]) => name === 'Forwarded')).toEqual([['Forwarded', expected]]);
  });

  it('has what the route sets, adds and removes, and ours after that', () => {
    const claims = { sub: 'alice' } as RequestFacts['claims'];
    const rules: RequestFacts['route']['requestHeaders'] = {
      set: [
        { name: 'X-User-Id', value: [{ claim: 'sub' }] },
        { name: 'X-Gone', value: [{ claim: 'nobody' }] },
      ],
      add: [{ name: 'Accept', value: ['b'] }],
      remove: ['x_debug'],
    };
    const raw = ['x_user_id', 'evil', 'X-Gone', 'evil', 'Accept', 'a', 'X-Debug', '1'];
    expect(passed(raw, { claims, route: { ...ROUTE, requestHeaders: rules } })).toEqual([
      ['Accept', 'a'],
      ['X-User-Id', 'alice'],
      ['Accept', 'b'],
    ]);
  });

  it('keeps a name that the route keeps, and tells the others that it drops', () => {
    const raw = [
      'X-Client-Id',
      '7',
      'X-User-Id',
      'admin',
      'X_Roles',
      'admin',
      'Host',
      'a',
      'Connection',
      'x',
    ];
    const { headers, dropped } = requestHeaders(
      raw,
      facts({ route: { ...ROUTE, keepHeaders: ['x-client-id'] } }),
    );
    expect(headers.slice(0, 2)).toEqual(['X-Client-Id', '7']);
    expect(dropped).toEqual(['x-user-id', 'x-roles']);
  });
});
