import type { OpenAPIObject } from '@nestjs/swagger';

const DESCRIPTION =
  'What a directory of people answers the gateway. docs/contracts/identity.md says in words what a schema cannot; ' +
  '`npm run test:contract` asks a running server.';

/** The part of a process's OpenAPI document that any directory of people must serve, as a document of its own. */
export function identityContractOf({ openapi, paths, components }: OpenAPIObject): object {
  const contract = Object.fromEntries(
    Object.entries(paths)
      .filter(([path]) => /^\/auth(\/|$)/.test(path))
      .map(([path, item]) => [path, alone(item)]),
  );
  const schemas = components?.schemas ?? {};
  const used = schemasUsedBy(contract, schemas);
  return {
    openapi,
    info: { title: 'A directory of people for Grantway', description: DESCRIPTION, version: '1' },
    paths: contract,
    components: {
      securitySchemes: { internal: components?.securitySchemes?.internal },
      schemas: Object.fromEntries(used.toSorted().map((name) => [name, schemas[name]])),
    },
  };
}

/** Tags sort the page of a whole server, and servers are of that one. */
function alone(item: object): object {
  const operations = Object.entries(item).map(([method, operation]: [string, object]) => {
    const members = Object.entries(operation).filter(([name]) => name !== 'tags' && name !== 'servers');
    return [method, Object.fromEntries(members)];
  });
  return Object.fromEntries(operations);
}

/** Names of the schemas that something refers to, and of those that they refer to. */
function schemasUsedBy(root: unknown, schemas: object): string[] {
  const found = new Set<string>();
  const waiting = [root];
  while (waiting.length > 0) {
    for (const [, name = ''] of JSON.stringify(waiting.pop()).matchAll(
      /"#\/components\/schemas\/([^"]+)"/g,
    )) {
      if (found.has(name)) continue;
      found.add(name);
      waiting.push((schemas as Record<string, unknown>)[name]);
    }
  }
  return [...found];
}
