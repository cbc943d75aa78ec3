import type { EnvironmentReader } from './environment.js';

/** How long connections are kept, and how large a request's header may be. */
export class HttpConfig {
  /** How long a connection is kept open between two requests. Seconds. */
  keepAliveTimeout: number;
  /** Of the request line and all header fields together. Bytes. */
  maxHeaderBytes: number;
  /** Of a request target. Characters. */
  maxTargetLength: number;
}

export function readHttp(read: EnvironmentReader): HttpConfig {
  const http = {
    // A load balancer that keeps its side longer would send a request into a connection that is being closed.
    keepAliveTimeout: read.integer('KEEP_ALIVE_TIMEOUT', 72, { from: 1, to: 3600 }),
    maxHeaderBytes: read.integer('MAX_HEADER_BYTES', 16_384, { from: 4096, to: 262_144 }),
    maxTargetLength: read.integer('MAX_TARGET_LENGTH', 8192, { from: 1024, to: 131_072 }),
  };
  read.demand(
    http.maxTargetLength < http.maxHeaderBytes,
    'MAX_TARGET_LENGTH must be less than MAX_HEADER_BYTES, which counts the request target too.',
  );
  return http;
}
