import { CLIENT_CREDENTIAL } from '../protocol/characters.js';
import { objectionToClientId } from '../protocol/client-id.js';
import type { EnvironmentReader } from './environment.js';
import { demandStrength } from './secret-strength.js';

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
  const objection = objectionToClientId(bootstrap.clientId);
  read.demand(objection === undefined, `BOOTSTRAP_CLIENT_ID ${objection}.`);
  demandClientSecret(read, bootstrap.clientSecret, production);
  return bootstrap;
}

function demandClientSecret(read: EnvironmentReader, secret: string | undefined, production: boolean): void {
  if (secret === undefined) return;
  const shortest = production ? 32 : 16;
  const isWellFormed = CLIENT_CREDENTIAL.test(secret) && secret.length >= shortest && secret.length <= 256;
  read.demand(
    isWellFormed,
    `BOOTSTRAP_CLIENT_SECRET must be ${shortest} to 256 characters of A-Z a-z 0-9 . _ ~ - and random.`,
  );
  if (production && isWellFormed) demandStrength(read, 'BOOTSTRAP_CLIENT_SECRET', secret);
}
