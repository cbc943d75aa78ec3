import type { IncomingMessage } from 'node:http';
import { type UpstreamHeader, requestHeaders } from '../headers/request-headers.js';
import { type ClientHeader, responseHeaders } from '../headers/response-headers.js';
import type { Admission } from './admission.js';
import type { Target } from './targets/target.js';

/** The header that an admitted request has at its upstream, without framing. */
export function upstreamHeader(admission: Admission, request: IncomingMessage): UpstreamHeader {
  const { route, claims, identityHeaders, requestId, clientIp, publicOrigin } = admission;
  return requestHeaders(request.rawHeaders, {
    ...{ route, claims, identityHeaders, requestId, clientIp, publicOrigin },
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
  const { route, path, claims, clientIp, requestId, publicOrigin, extraResponseHeaders } = admission;
  return responseHeaders(rawHeaders, {
    ...{ status, requestId, route, path, publicOrigin, claims, clientIp },
    target: target.origin,
    isAuthenticated: !route.public,
    extraHeaders: extraResponseHeaders,
  });
}
