import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type GatewayTopology, startTopology } from '../../support/gateway-topology.js';
import { call } from '../../support/http.js';
import { operationsOf } from '../../support/openapi-document.js';
import { startRoutedGateway } from '../../support/routed-gateway.js';
import { type TestServer, startOne } from '../../support/server.js';
import { startRecordingUpstream } from '../../support/upstream-recorder.js';

const documentOf = async (server: TestServer): Promise<OpenAPIObject> =>
  (await call(server, '/docs-json')).json;

describe('the documents of the gateway topology', () => {
  let topology: GatewayTopology;

  beforeAll(async () => {
    topology = await startTopology();
  });

  afterAll(() => topology?.close());

  it('are told apart by the roles in their titles, as the pages are', async () => {
    const { gateway, identity, api } = topology;
    for (const [server, roles] of [
      [gateway, 'gateway, oauth'],
      [identity, 'identity'],
      [api, 'api'],
    ] as const) {
      expect((await documentOf(server)).info.title).toBe(`Grantway (${roles})`);
      expect((await call(server, '/docs')).text).toContain(`<title>Grantway API (${roles})</title>`);
    }
  });

  it('have no tag without an operation, at the gateway neither', async () => {
    for (const server of [topology.gateway, topology.identity, topology.api]) {
      const document = await documentOf(server);
      const used = new Set(operationsOf(document).flatMap(({ said }) => said.tags));
      expect(new Set(document.tags!.map(({ name }) => name))).toEqual(used);
    }
    const paths = Object.keys((await documentOf(topology.gateway)).paths);
    expect(paths).toEqual(expect.arrayContaining(['/token', '/api/resources', '/admin/users']));
  });

  it('lead to the gateway with what it forwards, and to the process itself with what it does not', async () => {
    const { gateway, identity, api } = topology;
    const { issuer } = gateway.config.server;
    for (const [server, own] of [
      [identity, ['/auth', '/auth/users/{sub}', '/health/live', '/health/ready']],
      [api, ['/health/live', '/health/ready']],
    ] as const) {
      const document = await documentOf(server);
      expect(document.servers).toMatchObject([{ url: issuer }]);
      const here = operationsOf(document).filter(({ said }) => said.servers?.[0].url === '/');
      expect(here.map(({ path }) => path).toSorted()).toEqual(own);
    }
  });

  it('are where / leads at each process', async () => {
    for (const server of [topology.gateway, topology.identity, topology.api]) {
      const { status, headers } = await call(server, '/');
      expect([status, headers.get('Location')]).toEqual([302, '/docs']);
    }
  });
});

describe('with a file of routes', () => {
  it('/ is for it to give', async () => {
    const upstream = await startRecordingUpstream();
    const gateway = await startRoutedGateway([
      { id: 'page', path: '/', methods: ['GET'], public: true, upstream: upstream.origin },
    ]);
    try {
      expect((await call(gateway, '/')).status).toBe(200);
      expect(upstream.requests.map(({ line }) => line)).toEqual(['GET /']);
      gateway.write([{ id: 'other', path: '/other', public: true, upstream: upstream.origin }]);
      await vi.waitFor(async () => expect((await call(gateway, '/')).status).toBe(404), { timeout: 10_000 });
    } finally {
      await gateway.close();
      await upstream.close();
    }
  });

  it('the document shows the API that it leads to, which API_URL need not name', async () => {
    const api = await startOne({ environment: { ROLES: 'api', GATEWAY_URL: 'http://127.0.0.1:1' } });
    const gateway = await startRoutedGateway([{ id: 'api', path: '/api/**', upstream: api.origin }]);
    try {
      const paths = Object.keys((await documentOf(gateway)).paths);
      expect(paths).toEqual(expect.arrayContaining(['/api/resources', '/api/resources/{id}', '/userinfo']));
    } finally {
      await gateway.close();
      await api.close();
    }
  });
});
