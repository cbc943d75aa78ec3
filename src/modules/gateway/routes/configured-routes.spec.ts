import { describe, expect, it } from 'vitest';
import { configuredRoutes } from './configured-routes.js';
import { RouteTable } from './route-table.js';

const CONFIG = {
  routesFile: undefined,
  cleartextTargets: true,
  apiUrl: 'http://api.example',
  identityUrl: 'http://people.example',
  identityTls: { ca: 'their authority', clientCertificate: 'our certificate', clientKey: 'our key' },
  audience: 'https://api.example',
  identityAudience: 'https://gateway.example/identity',
  forwardAuthProxies: [],
  routeVariables: {},
  secretFiles: [],
};

describe('the table without a file', () => {
  const table = new RouteTable(configuredRoutes(CONFIG));

  it.each([
    ['/api', 'http://api.example', 'https://api.example'],
    ['/api/resources/7', 'http://api.example', 'https://api.example'],
    ['/admin/users', 'http://people.example', 'https://gateway.example/identity'],
    ['/admin/users/7', 'http://people.example', 'https://gateway.example/identity'],
    ['/account/password', 'http://people.example', 'https://gateway.example/identity'],
  ])('forwards %s to %s, for the audience %s', (path, target, audience) => {
    expect(table.explain('POST', path).forwarded).toMatchObject({
      route: {
        audience,
        identity: 'assertion',
        public: false,
        webSocket: false,
        forwardAuthorization: false,
      },
      scopes: [],
      path,
    });
    expect(table.find('POST', path).upstream.targets).toEqual([target]);
  });

  it.each(['/', '/account', '/account/sessions', '/admin/clients', '/auth', '/apix'])(
    'does not forward %s',
    (path) => {
      expect(table.explain('GET', path).refused?.status).toBe(404);
    },
  );

  it('speaks to the auth server as the questions about people do', () => {
    const tls = { ca: 'their authority', certificate: 'our certificate', key: 'our key' };
    expect(table.find('GET', '/admin/users').upstream.tls).toEqual(tls);
    expect(table.find('GET', '/api').upstream.tls).toBeUndefined();
  });

  it('has only what there are URLs for', () => {
    expect(configuredRoutes({ ...CONFIG, identityUrl: undefined }).map(({ path }) => path)).toEqual([
      '/api/**',
    ]);
    expect(configuredRoutes({ ...CONFIG, apiUrl: undefined, identityUrl: undefined })).toEqual([]);
  });
});
