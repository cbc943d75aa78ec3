import type { KeyObject } from 'node:crypto';
import { DataSource } from 'typeorm';
import { generateSigningKey, sealSigningKey } from '../../src/modules/tokens/signing-keys/key-pair.js';
import type { SigningKeyTimes } from '../../src/modules/tokens/signing-keys/key-states.js';
import { SigningKeyStore } from '../../src/modules/tokens/signing-keys/signing-key.js';
import { EncryptionKey } from '../../src/platform/crypto/encryption-key.js';
import type { SigningAlgorithm } from '../../src/protocol/signing-algorithms.js';
import { call } from './http.js';
import type { TestServer } from './server.js';

/** How soon after a look at the key set an API behind a gateway looks again. Seconds. */
const COOL_DOWN = 5;

/** Announces one more signing key, without a date from which it signs. */
export async function anAnnouncedKey(
  server: TestServer,
  algorithm: SigningAlgorithm = 'ES256',
): Promise<{ kid: string; privateKey: KeyObject }> {
  const key = await generateSigningKey(algorithm);
  const times = { announcedAt: server.clock.now(), activeAt: null, retiredAt: null, removedAt: null };
  const sealed = sealSigningKey(key, server.app.get(EncryptionKey).bytes);
  await server.app.get(SigningKeyStore).addIf(() => true, { ...sealed, times });
  await publishedKids(server);
  return key;
}

/** Moves a key into a state as of now. */
export async function moveKey(
  server: TestServer,
  kid: string,
  time: Exclude<keyof SigningKeyTimes, 'announcedAt'>,
): Promise<void> {
  const column = { activeAt: 'active_at', retiredAt: 'retired_at', removedAt: 'removed_at' }[time];
  await server.app
    .get(DataSource)
    .query(`UPDATE signing_keys SET ${column} = $1 WHERE kid = $2`, [server.clock.now(), kid]);
  server.clock.advance(COOL_DOWN);
  await publishedKids(server);
}

/** The ids of the keys in the key set, for which the server reads its keys anew. */
export async function publishedKids(server: TestServer): Promise<string[]> {
  const { keys } = (await call(server, '/.well-known/jwks.json')).json as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}
