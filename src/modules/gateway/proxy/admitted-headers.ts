import type { IncomingMessage } from 'node:http';
import { requestHeaders } from '../headers/request-headers.js';
import { type ClientHeader, responseHeaders } from '../headers/response-headers.js';
import type { Admission } from './admission.js';
import type { Target } from './targets/target.js';

/** The header that an admitted request has at its upstream, without framing. */
export function upstreamHeader(admission: Admission, request: IncomingMessage): string[] {
  const { route, identityHeaders, requestId, clientIp, publicOrigin } = admission;
  return requestHeaders(request.rawHeaders, {
    ...{ route, identityHeaders, requestId, clientIp, publicOrigin },
    httpVersion: request.httpVersion,
  });
}

/** The header that the upstream's answer to an admitted request has at the client. */
export function clientHeader(
  admission: Admission,
  target: Target,
  status: number,
  rawHeaders: string[],
): ClientHeader {
  const { route, path, requestId, publicOrigin, extraResponseHeaders } = admission;
  return responseHeaders(rawHeaders, {
    ...{ status, requestId, route, path, publicOrigin },
    target: target.origin,
    isAuthenticated: !route.public,
    extraHeaders: extraResponseHeaders,
  });
}
