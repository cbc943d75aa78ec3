import { RemoteDirectory, type SignInOutcome } from '../../../src/modules/directory/index.js';
import {
  DIRECTORY_LIMITS,
  type DirectoryLimits,
} from '../../../src/modules/directory/remote/directory-limits.js';
import type { DirectoryConfig } from '../../../src/config/config.js';
import { createLogger } from '../../../src/platform/logging/logger.js';
import type { SignedInOwner } from '../../../src/protocol/resource-owner.js';
import { MovableClock } from '../../support/clock.js';
import { type Script, type ScriptedDirectory, aDirectory } from './scripted-directory.js';

export const SECRET = 'internal-secret-of-these-tests-0123456789';

/** Where the sign-ins of these suites come from. */
export const FROM = {
  clientId: 'first-client',
  ip: '192.0.2.7',
  userAgent: 'Browser/1.0',
  requestId: 'request-of-these-tests',
  disconnection: new AbortController().signal,
};

/** Short, so that no test waits long. */
export const SHORT: DirectoryLimits = {
  ...DIRECTORY_LIMITS,
  authenticate: { maxInFlight: 2, maxWaiting: 3, deadlineMs: 1_000 },
  describe: { maxInFlight: 2, maxWaiting: 3, deadlineMs: 800 },
  connectMs: 500,
  openMs: 400,
};

const opened: { close(): Promise<void> }[] = [];

/** Closes a server or a client with the rest when the test is over. */
export function closing<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one);
  return one;
}

export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((one) => one.close()));
}

/** A client of a directory, and everything that it logged. */
export interface DirectoryClient {
  people: RemoteDirectory;
  logs: string[];
}

/** @param tls what the client of a directory with TLS is configured with */
export function clientOf(url: string, limits = SHORT, tls: Partial<DirectoryConfig> = {}): DirectoryClient {
  const logs: string[] = [];
  const logger = createLogger('trace', { write: (line) => void logs.push(line) });
  const internal = { secret: SECRET, previousSecret: undefined, gatewayUrl: undefined, gatewayCa: undefined };
  const config = { url, ca: undefined, clientCertificate: undefined, clientKey: undefined, ...tls };
  const people = new RemoteDirectory(config, internal, new MovableClock(), logger, limits);
  closing({ close: () => people.onApplicationShutdown() });
  return { people, logs };
}

/** A client of a directory that does as a test says. */
export async function aClient(
  script?: Script,
  limits = SHORT,
): Promise<DirectoryClient & { directory: ScriptedDirectory }> {
  const directory = closing(await aDirectory(script));
  return { directory, ...clientOf(directory.url, limits) };
}

export async function signIn(
  people: RemoteDirectory,
  username = 'alice',
  password = 'tractor yellow moonlight',
): Promise<SignInOutcome> {
  return people.authenticate({ username, password }, FROM);
}

/** The user of a sign-in that is expected to succeed. */
export function ownerOf(outcome: SignInOutcome): SignedInOwner {
  if (outcome.outcome !== 'signed_in') throw new Error(`not signed in: ${JSON.stringify(outcome)}`);
  return outcome.owner;
}

/** The reasons that an operator reads in the log. */
export function reasonsOf(logs: string[]): string[] {
  return logs.map((line) => JSON.parse(line).reason).filter(Boolean);
}

export function messagesOf(logs: string[]): string[] {
  return logs.map((line) => JSON.parse(line).msg);
}
