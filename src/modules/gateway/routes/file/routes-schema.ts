import { IDENTITY_MODES } from '../identity-modes.js';
import { DEFAULT_LIMIT_KEY, DEFAULT_ROUTE, DEFAULT_TIMEOUTS } from '../route-defaults.js';
import {
  closed,
  described,
  DURATION,
  durationBy,
  FIELD_NAME,
  LIMIT_KEY,
  listOf,
  METHOD,
  METHOD_TITLE,
  ORIGIN,
  RATE,
  SCOPE_LIST,
  shortOr,
  STRING,
  wholeNumber,
} from './schema-terms.js';
import { CORS } from './cors-schema.js';
import { headerRules } from './headers-schema.js';
import { PATHS } from './paths-schema.js';
import { UPSTREAM } from './upstream-schema.js';

/**
 * The form of the routes file, and its only description: published as docs/routes.schema.json, where editors find it.
 * A `title` completes the sentence "must be …" of the mistakes; what no schema can say is in route-mistakes.ts.
 */

const SPIKE_ARREST = shortOr(
  closed(
    { rate: RATE, by: described({ ...LIMIT_KEY, default: DEFAULT_LIMIT_KEY }, 'What is counted apart') },
    ['rate'],
  ),
  RATE,
);

const ROUTE = {
  ...closed(
    {
      id: {
        type: STRING,
        pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
        title: '1 to 64 of the characters A-Z a-z 0-9 . _ -',
        description: 'Names the route in logs and counters',
      },
      path: {
        type: STRING,
        pattern: '^/',
        title: 'a path such as /api/orders/**',
        description:
          '/api/orders for that path, /api/orders/* for one segment more, /api/orders/** for it and all below. The most ' +
          'specific path decides, whatever the order of the routes: segment by segment a literal before * before **',
      },
      paths: PATHS,
      methods: {
        type: 'array',
        minItems: 1,
        uniqueItems: true,
        items: { type: STRING, pattern: `^${METHOD}$`, title: METHOD_TITLE },
        description:
          'Default: GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS; others only where they are named. GET brings HEAD with it',
      },
      public: {
        type: 'boolean',
        default: DEFAULT_ROUTE.public,
        description: 'Anyone may call; no token is asked for, and none is looked at',
      },
      scopes: {
        ...shortScopes(),
        description:
          'What a token must have, all of it: a list for every method, or a list for each, * for those that are not ' +
          'named. Default: any live token will do',
      },
      audience: {
        type: STRING,
        pattern: String.raw`^[\x21-\x7E]{1,256}$`,
        title: '1 to 256 printable ASCII characters without spaces',
        description: 'aud of the signed identity. Default: AUDIENCE',
      },
      identity: {
        enum: IDENTITY_MODES,
        default: DEFAULT_ROUTE.identity,
        description:
          'How the upstream learns who calls: X-Identity, a signed JWT; not at all; or plain headers in the dialect of ' +
          'another proxy, which an upstream may trust only if nobody reaches it but through this gateway. A public route ' +
          'has none',
      },
      forward_authorization: {
        type: 'boolean',
        default: DEFAULT_ROUTE.forwardAuthorization,
        description:
          'Whether the upstream gets the header Authorization, and with it a token it can use elsewhere',
      },
      forwarded_header: {
        type: 'boolean',
        default: DEFAULT_ROUTE.forwardedHeader,
        description: 'Whether the upstream gets the header Forwarded (RFC 7239) beside X-Forwarded-*',
      },
      drop_headers: {
        ...listOf(FIELD_NAME),
        description:
          'Names of header fields of clients that the upstream believes and must not get, besides those that never pass',
      },
      keep_headers: {
        ...listOf(FIELD_NAME),
        description: 'Names of header fields that pass here, while they are dropped on other routes',
      },
      request_headers: headerRules(
        'Header fields of requests. {request_id}, {client_ip} and {claim:<name>} stand for what they are in each request; ' +
          'without the claim there is no field. {{ and }} are braces',
      ),
      response_headers: headerRules('Header fields of responses, with the same values'),
      upstream: {
        ...shortOr(UPSTREAM, ORIGIN),
        description: 'Where to: an origin, or targets and how to treat them',
      },
      timeouts: {
        ...closed({
          connect: described(
            durationBy(DEFAULT_TIMEOUTS.connect),
            'Until the connection stands, TLS included',
          ),
          headers: described(
            durationBy(DEFAULT_TIMEOUTS.headers),
            'From the request sent to the header of the answer',
          ),
          idle: described(durationBy(DEFAULT_TIMEOUTS.idle), 'While nothing moves in either direction'),
          total: described(DURATION, 'For everything. Default: as long as it takes'),
        }),
        description: 'What runs out first ends the request',
      },
      retry: {
        enum: ['on', 'off'],
        default: 'on',
        description:
          'Whether a request without a body may be sent once more: an idempotent one that found no connection, to another ' +
          'target; GET, HEAD and OPTIONS whose reused connection was closed before a response, on a new connection',
      },
      max_body: {
        type: STRING,
        pattern: '^[1-9][0-9]{0,5}(B|KiB|MiB|GiB)$',
        title: 'a size such as 64KiB or 10MiB',
        description: 'The largest request body. Default: any',
      },
      spike_arrest: {
        ...shortOr(listOf(SPIKE_ARREST), RATE),
        description: 'Smooths bursts in this process: 30/second lets one through each 33 ms',
      },
      quotas: {
        ...listOf(
          closed(
            {
              limit: wholeNumber(1, 1_000_000_000),
              per: { enum: ['minute', 'hour', 'day'] },
              by: described(LIMIT_KEY, 'What is counted apart'),
            },
            ['limit', 'per', 'by'],
          ),
        ),
        description: 'Requests in a window of time, counted for all instances together',
      },
      websocket: {
        type: 'boolean',
        default: DEFAULT_ROUTE.webSocket,
        description: 'Whether WebSocket handshakes are let through',
      },
      cors: CORS,
      redirect_origins: {
        ...listOf(ORIGIN),
        description: 'Other origins that a redirect of the upstream may name',
      },
    },
    ['id', 'path', 'upstream'],
  ),
  if: { properties: { public: { const: true } }, required: ['public'] },
  then: {
    properties: {
      scopes: false,
      audience: false,
      identity: { const: 'none', title: 'none, as the route is public' },
    },
  },
};

function shortScopes() {
  return {
    type: ['array', 'object'],
    if: { type: 'array' },
    then: SCOPE_LIST,
    else: {
      minProperties: 1,
      propertyNames: { pattern: `^([*]|${METHOD})$`, title: `* or ${METHOD_TITLE}` },
      additionalProperties: SCOPE_LIST,
    },
  };
}

export const ROUTES_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  description: 'Routes of the Grantway gateway',
  ...closed(
    { routes: { type: 'array', minItems: 1, maxItems: 10_000, items: ROUTE, description: 'In any order' } },
    ['routes'],
  ),
};
