import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Global, Injectable, Module } from '@nestjs/common';
import { EncryptionConfig, IN_MEMORY } from '../../config/config.js';
import { claimDataDirectory } from '../database/data-directory.js';

/** The key for secrets at rest: from the environment, or for a trial made once and kept beside the data. */
@Injectable()
export class EncryptionKey {
  private made: Uint8Array | undefined;

  constructor(private readonly config: EncryptionConfig) {}

  /** Made when it is needed first, so that a start that is refused leaves none behind. */
  get bytes(): Uint8Array {
    const { key, dataDir } = this.config;
    return key ?? (this.made ??= dataDir === IN_MEMORY ? randomBytes(32) : keptKey(dataDir));
  }

  /**
   * The key that is there before anything is made.
   * @throws Error when the file of the key does not hold one
   */
  static existing({ key, dataDir }: EncryptionConfig): Uint8Array | undefined {
    if (key !== undefined || dataDir === IN_MEMORY) return key;
    return existsSync(fileIn(dataDir)) ? keyIn(fileIn(dataDir)) : undefined;
  }
}

function keptKey(dataDir: string): Uint8Array {
  claimDataDirectory(dataDir);
  const file = fileIn(dataDir);
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
  return keyIn(file);
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'encryption.key');
}

function keyIn(file: string): Uint8Array {
  const key = Buffer.from(readFileSync(file, 'utf8'), 'base64url');
  if (key.length !== 32) throw new Error(`${file} does not hold a 32-byte key.`);
  return key;
}

@Global()
@Module({ providers: [EncryptionKey], exports: [EncryptionKey] })
export class CryptoModule {}
