import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Global, Injectable, Module } from '@nestjs/common';
import { EncryptionConfig, IN_MEMORY } from '../../config/config.js';

/** The key for secrets at rest: from the environment, or for a trial made once and kept beside the data. */
@Injectable()
export class EncryptionKey {
  readonly bytes: Uint8Array;

  constructor(config: EncryptionConfig) {
    this.bytes = config.key ?? (config.dataDir === IN_MEMORY ? randomBytes(32) : keptKey(config.dataDir));
  }
}

function keptKey(dataDir: string): Buffer {
  const file = join(dataDir, 'encryption.key');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  // Written aside and linked into place: of two processes that start at once one wins, and neither reads half a key.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  const key = Buffer.from(readFileSync(file, 'utf8'), 'base64url');
  if (key.length !== 32) throw new Error(`${file} does not hold a 32-byte key.`);
  return key;
}

@Global()
@Module({ providers: [EncryptionKey], exports: [EncryptionKey] })
export class CryptoModule {}
