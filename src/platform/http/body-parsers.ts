import type { FastifyInstance } from 'fastify';
import { InvalidRequest } from '../../protocol/oauth-error.js';
import { ProblemError } from '../../protocol/problem.js';
import { registerBodyLimit } from './body-limit.js';
import { ignoresBody, registerIgnoredBodies } from './ignored-body.js';
import { parseJson } from './json-body.js';
import { LIMITS } from './limits.js';
import { mediaTypeMistake } from './media-type.js';
import { edgeOf } from './request.js';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPES = ['application/json', 'application/merge-patch+json'];

/**
 * Reads request bodies: forms stay bytes for the OAuth endpoints' strict parser, JSON is for the APIs alone.
 * Nest's own parsers accept either everywhere, repeat parameters into arrays and replace broken UTF-8.
 */
export function registerBodyParsers(fastify: FastifyInstance): void {
  registerBodyLimit(fastify);
  registerIgnoredBodies(fastify);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    FORM,
    { parseAs: 'buffer', bodyLimit: LIMITS.formBytes },
    (request, body, done) => {
      if (edgeOf(request) !== 'oauth') return done(unsupportedMediaType());
      const mistake = mediaTypeMistake(request.headers['content-type']!);
      if (mistake !== undefined) return done(new InvalidRequest(mistake));
      done(null, body);
    },
  );
  fastify.addContentTypeParser(JSON_TYPES, { parseAs: 'buffer' }, (request, body, done) => {
    if (edgeOf(request) === 'oauth') return done(notAForm());
    const mistake = mediaTypeMistake(request.headers['content-type']!);
    if (mistake !== undefined) return done(new ProblemError(415, mistake));
    // Some clients name a media type on every request, a DELETE without a body included.
    if (body.length === 0) return done(null, undefined);
    try {
      done(null, parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addContentTypeParser('*', (request, _payload, done) => {
    if (ignoresBody(request)) return done(null, undefined);
    done(edgeOf(request) === 'oauth' ? notAForm() : unsupportedMediaType());
  });
  // A coded body would need a bound on what it inflates to; nobody needs one here.
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const coding = request.headers['content-encoding'];
    if (coding === undefined || coding === 'identity' || ignoresBody(request)) return done(null, payload);
    done(
      edgeOf(request) === 'oauth'
        ? new InvalidRequest('Content codings are not supported.')
        : unsupportedMediaType(),
    );
  });
}

function notAForm(): Error {
  return new InvalidRequest(`The request body must be ${FORM}.`);
}

function unsupportedMediaType(): Error {
  return new ProblemError(415, 'The request body has a media type that this path does not take.');
}
