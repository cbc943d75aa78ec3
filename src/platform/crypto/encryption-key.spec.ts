import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EncryptionKey } from './encryption-key.js';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'grantway-key-'));
});

afterEach(() => rmSync(dataDir, { recursive: true }));

describe('the encryption key', () => {
  it('is the one of the environment, and then nothing is written', () => {
    const key = Buffer.alloc(32, 7);
    expect(new EncryptionKey({ key, dataDir }).bytes).toEqual(key);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('is made once without one, for its owner’s eyes alone, and found again', () => {
    const folder = join(dataDir, 'new');
    const { bytes } = new EncryptionKey({ key: undefined, dataDir: folder });
    expect(bytes).toHaveLength(32);
    expect(new EncryptionKey({ key: undefined, dataDir: folder }).bytes).toEqual(bytes);
    expect(readdirSync(folder)).toEqual(['encryption.key']);
    expect(statSync(join(folder, 'encryption.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'encryption.key'), 'utf8')).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it('is not made before it is needed', () => {
    const folder = join(dataDir, 'new');
    const config = { key: undefined, dataDir: folder };
    const key = new EncryptionKey(config);
    expect(EncryptionKey.existing(config)).toBeUndefined();
    expect(readdirSync(dataDir)).toEqual([]);
    const { bytes } = key;
    expect(EncryptionKey.existing(config)).toEqual(bytes);
  });

  it('is another one for another data directory', () => {
    const first = new EncryptionKey({ key: undefined, dataDir: join(dataDir, 'a') });
    const second = new EncryptionKey({ key: undefined, dataDir: join(dataDir, 'b') });
    expect(first.bytes).not.toEqual(second.bytes);
  });

  it.each(['', 'short', 'A'.repeat(44)])('is not taken from a file that holds %j', (text) => {
    writeFileSync(join(dataDir, 'encryption.key'), text);
    expect(() => new EncryptionKey({ key: undefined, dataDir }).bytes).toThrow('does not hold a 32-byte key');
    expect(readFileSync(join(dataDir, 'encryption.key'), 'utf8')).toBe(text);
  });
});
