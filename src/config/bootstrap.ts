import { CLIENT_CREDENTIAL } from '../protocol/characters.js';
import { objectionToClientId } from '../protocol/client-id.js';
import type { EnvironmentReader } from './environment.js';

/** What the first client and the first administrator of an empty database are called. */
export class BootstrapConfig {
  clientId: string;
  clientSecret: string | undefined;
  username: string;
  password: string | undefined;
  /**
   * Where generated credentials go: the `terminal`, `stdout` even if it is none, the `parent` process that started this
   * one and has a channel of Node's to it, or a new file.
   */
  output: string;
}

export function readBootstrap(read: EnvironmentReader, production: boolean): BootstrapConfig {
  const bootstrap = {
    clientId: read.text('BOOTSTRAP_CLIENT_ID') ?? 'grantway',
    clientSecret: read.text('BOOTSTRAP_CLIENT_SECRET'),
    username: read.text('BOOTSTRAP_USERNAME') ?? 'admin',
    password: read.text('BOOTSTRAP_PASSWORD'),
    output: read.text('BOOTSTRAP_OUTPUT') ?? 'terminal',
  };
  const shortestSecret = production ? 32 : 16;
  const objection = objectionToClientId(bootstrap.clientId);
  read.demand(objection === undefined, `BOOTSTRAP_CLIENT_ID ${objection}.`);
  read.demand(
    bootstrap.clientSecret === undefined ||
      (CLIENT_CREDENTIAL.test(bootstrap.clientSecret) &&
        bootstrap.clientSecret.length >= shortestSecret &&
        bootstrap.clientSecret.length <= 256),
    `BOOTSTRAP_CLIENT_SECRET must be ${shortestSecret} to 256 characters of A-Z a-z 0-9 . _ ~ - and random.`,
  );
  return bootstrap;
}
