import { Agent } from 'undici';
import { readDirectory } from '../../src/config/directory.js';
import { type Environment, EnvironmentReader } from '../../src/config/environment.js';
import { readInternal } from '../../src/config/internal.js';
import type { Directory } from './directory.js';

/** The roles of the process that asks: the directory is another one's. */
const GATEWAY = { identity: false, oauth: true, api: false, gateway: true };

/**
 * The directory that the environment names, by the variables of the gateway that will ask it and by `CONTRACT_*`.
 * @throws ConfigurationError naming every mistake
 */
export function configuredDirectory(environment: Environment): Directory {
  const read = new EnvironmentReader(environment);
  const { secret, previousSecret } = readInternal(read, GATEWAY, false);
  const { url, ca, clientCertificate, clientKey } = readDirectory(read, GATEWAY, false);
  const person = {
    username: demanded(read, 'CONTRACT_USERNAME'),
    password: demanded(read, 'CONTRACT_PASSWORD'),
  };
  const disabled = readDisabled(read);
  read.finish();
  return {
    url: url!,
    secret: secret!,
    previousSecret,
    dispatcher: new Agent({ allowH2: false, connect: { ca, cert: clientCertificate, key: clientKey } }),
    person,
    disabled,
  };
}

function readDisabled(read: EnvironmentReader): Directory['disabled'] {
  const username = read.text('CONTRACT_DISABLED_USERNAME');
  if (username === undefined) return undefined;
  return {
    username,
    password: demanded(read, 'CONTRACT_DISABLED_PASSWORD'),
    sub: demanded(read, 'CONTRACT_DISABLED_SUB'),
  };
}

function demanded(read: EnvironmentReader, name: string): string {
  const value = read.text(name);
  read.demand(value !== undefined, `${name} must be set.`);
  return value ?? '';
}
