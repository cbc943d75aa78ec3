import type { OpenAPIObject } from '@nestjs/swagger';
import { SCOPES, scopesOffered } from '../../src/protocol/scopes.js';
import { resolved, schemaFlaws, schemaOf } from './openapi-schema.js';

export interface Operation {
  method: string;
  path: string;
  id: string;
  /** The operation object of the document. */
  said: any;
}

export function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, said]: [string, any]) => ({
      method,
      path,
      id: said.operationId,
      said,
    })),
  );
}

/** Who may call an operation, by its `security`. */
export function accessOf({ said }: Operation): 'public' | 'client' | 'bearer' | 'internal' {
  const schemes = (said.security ?? []).flatMap((requirement: object) => Object.keys(requirement));
  if (schemes.includes('oauth2')) return 'bearer';
  if (schemes.includes('internal')) return 'internal';
  return schemes.includes('client') ? 'client' : 'public';
}

/** The request bodies that the document shows: its examples, or what the examples of the members make together. */
export function requestsOf(document: OpenAPIObject, { said }: Operation): Record<string, any> {
  const media: any = Object.values(said.requestBody?.content ?? {})[0];
  if (media === undefined) return {};
  if (media.examples === undefined) return { sample: sampleOf(document, media.schema) };
  return Object.fromEntries(Object.entries<any>(media.examples).map(([name, { value }]) => [name, value]));
}

/**
 * What is wrong with the document; empty when nothing is. Each entry begins with where it is.
 * @param gateway the origin to which the document of a process behind a gateway leads
 */
export function mistakesIn(document: OpenAPIObject, gateway = ''): string[] {
  return [
    ...documentMistakes(document, gateway),
    ...operationsOf(document).flatMap((one) => operationMistakes(document, one)),
  ];
}

function documentMistakes(document: OpenAPIObject, gateway: string): string[] {
  const mistakes: string[] = [];
  const ids = operationsOf(document).map(({ id }) => id);
  const repeated = ids.filter((id, at) => ids.indexOf(id) !== at);
  if (repeated.length > 0) mistakes.push(`operationId: ${repeated.join()} is repeated`);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
    ([, target]) => target!,
  );
  for (const target of new Set(references)) {
    if (resolved(document, target) === undefined) mistakes.push(`$ref: ${target} leads nowhere`);
  }
  for (const name of Object.keys(document.components?.schemas ?? {})) {
    if (!references.includes(`#/components/schemas/${name}`)) mistakes.push(`schema: ${name} is not used`);
  }
  for (const { url } of document.servers ?? []) {
    if (gateway !== '' && url !== gateway) mistakes.push(`server: ${url} is not the gateway`);
    if (gateway === '' && !/^\/(?!\/)/.test(url)) mistakes.push(`server: ${url} is not relative`);
  }
  const flow: any = (document.components?.securitySchemes?.oauth2 as any)?.flows.password;
  for (const url of [flow?.tokenUrl, flow?.refreshUrl])
    if (url !== `${gateway}/token`) mistakes.push(`oauth2: ${url} is not ${gateway}/token`);
  const offered = scopesOffered({ gateway: Object.hasOwn(document.paths, '/admin/routes') });
  const described = Object.fromEntries(offered.map((name) => [name, SCOPES[name]!.description]));
  if (JSON.stringify(flow?.scopes) !== JSON.stringify(described))
    mistakes.push('oauth2: the scopes are others');
  return mistakes;
}

function operationMistakes(document: OpenAPIObject, operation: Operation): string[] {
  const { method, path, id, said } = operation;
  const mistakes: string[] = [];
  const check = (holds: unknown, mistake: string) =>
    void (holds || mistakes.push(`${method} ${path}: ${mistake}`));

  check(/^[a-z]+([A-Z][a-z]+)*$/.test(id), `the operationId ${id} is not readable`);
  check(
    said.summary?.length > 5 && said.summary.length <= 80,
    'there is no summary of at most 80 characters',
  );
  check(said.tags?.length === 1, 'there is not one tag');
  check(
    document.tags?.some(({ name }) => name === said.tags?.[0]),
    'the tag is not described',
  );
  const known = Object.keys(SCOPES);
  const scopes = (said.security ?? []).flatMap((requirement: any) => requirement.oauth2 ?? []);
  check(accessOf(operation) !== 'bearer' || scopes.length > 0, 'there is no scope');
  check(
    scopes.every((scope: string) => known.includes(scope)),
    `${scopes.join()} is not a scope`,
  );

  for (const status of expectedRefusals(operation))
    check(said.responses[status], `${status} is not documented`);
  check(
    Object.keys(said.responses).some((status) => status.startsWith('2')),
    'there is no success',
  );
  for (const [status, response] of Object.entries<any>(said.responses)) {
    check(response.description?.length > 5, `${status} has no description`);
    for (const mistake of answerMistakes(document, operation, status, response))
      check(false, `${status} ${mistake}`);
  }

  const media: any = Object.values(said.requestBody?.content ?? {})[0];
  // What a PATCH leaves out keeps its value; a generated client may fill in a default.
  const members = Object.entries<any>(method === 'patch' ? schemaOf(document, media.schema).properties : {});
  for (const [name, { default: value }] of members) check(value === undefined, `${name} has a default`);
  for (const [name, request] of Object.entries(requestsOf(document, operation))) {
    for (const flaw of schemaFlaws(document, media.schema, request))
      check(false, `the request ${name}: ${flaw}`);
  }
  return mistakes;
}

/** The refusals that a caller must reckon with, by what the operation takes. */
function expectedRefusals(operation: Operation): string[] {
  const { said, path } = operation;
  const access = accessOf(operation);
  if (access === 'client') return ['400', '401', '413', '503'];
  const headers = (said.parameters ?? []).map(({ name }: { name: string }) => name);
  return [
    ...(access === 'public' ? [] : ['401', '403', '503']),
    ...(said.requestBody === undefined ? [] : ['400', '413', '415']),
    ...(headers.includes('cursor') ? ['400'] : []),
    ...(path.includes('{') ? ['404'] : []),
    ...(headers.includes('If-Match') ? ['400', '412'] : []),
  ];
}

function answerMistakes(
  document: OpenAPIObject,
  operation: Operation,
  status: string,
  response: any,
): string[] {
  const content: [string, any][] = Object.entries(response.content ?? {});
  if (['204', '304'].includes(status)) return content.length === 0 ? [] : ['has a body'];
  const access = accessOf(operation);
  // A person may be refused where the gateway is not, and the gateway where nobody was asked about.
  if (content.length !== 1 && (access !== 'internal' || content.length !== 2)) {
    return ['has no body of one media type'];
  }
  const mistakes = content.flatMap(([mediaType, media]) =>
    media.schema === undefined
      ? ['has no schema']
      : mediaMistakes(document, operation, { status, mediaType, media }),
  );
  const headers: Record<string, string> = {
    401: 'WWW-Authenticate',
    // What the gateway lacks there is a certificate, for which there is no challenge.
    ...(access === 'internal' ? {} : { 403: 'WWW-Authenticate' }),
    503: 'Retry-After',
  };
  const header = headers[status];
  if (header !== undefined && response.headers?.[header] === undefined) {
    mistakes.push(`has no header ${header}`);
  }
  return mistakes;
}

function mediaMistakes(
  document: OpenAPIObject,
  operation: Operation,
  { status, mediaType, media }: { status: string; mediaType: string; media: any },
): string[] {
  const examples: any[] = media.examples
    ? Object.values<any>(media.examples).map(({ value }) => value)
    : [media.example ?? sampleOf(document, media.schema)];
  const mistakes = examples.flatMap((example) => schemaFlaws(document, media.schema, example, 'example '));
  if (status.startsWith('2')) return mistakes;

  const isProblem = mediaType === 'application/problem+json';
  const access = accessOf(operation);
  // A directory's no is no problem but an answer: docs/contracts/identity.md.
  const isJson = access === 'client' || (access === 'internal' && ['401', '404'].includes(status));
  if (!isProblem && !(isJson && mediaType === 'application/json')) mistakes.push(`is ${mediaType}`);
  if (isProblem && access === 'client') mistakes.push(`is ${mediaType}`);
  if (isProblem && examples.some((example) => String(example.status) !== status))
    mistakes.push('shows another status');
  if (
    isProblem &&
    status === '400' &&
    operation.said.requestBody &&
    !examples.some(({ errors }) => errors?.length > 0)
  ) {
    mistakes.push('shows no errors');
  }
  return mistakes;
}

/** An example of a schema, made of the examples of its members. */
function sampleOf(document: OpenAPIObject, given: any): any {
  const schema = schemaOf(document, given);
  if (schema.example !== undefined) return schema.example;
  if (schema.type === 'array') return [sampleOf(document, schema.items)];
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.properties === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(schema.properties)
      .map(([name, member]) => [name, sampleOf(document, member)])
      .filter(([, value]) => value !== undefined),
  );
}
