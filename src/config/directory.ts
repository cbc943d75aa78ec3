import type { EnvironmentReader } from './environment.js';
import { readOriginOfTrust } from './origins.js';
import type { RolesConfig } from './roles.js';
import { readPem } from './tls.js';

/** Where people are known, for a process with `oauth` and without `identity`. */
export class DirectoryConfig {
  /** An origin; undefined means this process. */
  url: string | undefined;
  /** PEM: who signs the server's certificate, and what this process shows of itself. */
  ca: string | undefined;
  clientCertificate: string | undefined;
  clientKey: string | undefined;
}

export function readDirectory(
  read: EnvironmentReader,
  roles: RolesConfig,
  production: boolean,
): DirectoryConfig {
  const url = readOriginOfTrust(read, 'IDENTITY_URL', production);
  read.demand(
    url !== undefined || roles.identity || !roles.oauth,
    'IDENTITY_URL must be set where ROLES has oauth and no identity: somebody must know the people.',
  );
  read.demand(
    url === undefined || !roles.identity,
    'IDENTITY_URL is only for a process without identity: this one knows the people itself.',
  );
  const directory = {
    url,
    ca: readPem(read, 'IDENTITY_CA', 'CERTIFICATE'),
    clientCertificate: readPem(read, 'IDENTITY_CLIENT_CERT', 'CERTIFICATE'),
    clientKey: readPem(read, 'IDENTITY_CLIENT_KEY', 'PRIVATE KEY'),
  };
  read.demand(
    (directory.clientCertificate === undefined) === (directory.clientKey === undefined),
    'IDENTITY_CLIENT_CERT and IDENTITY_CLIENT_KEY must be set together.',
  );
  return directory;
}
