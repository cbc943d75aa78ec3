import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';

const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 };

/** @type {(password: string, salt: Buffer, bytes: number, cost: typeof COST) => Promise<Buffer>} */
const hash = promisify(scrypt);

/**
 * What people.json holds, in base64, as `hash`: 32 bytes.
 * @param {string} password in NFC or to be brought there
 * @param {string} salt in base64
 */
export const derive = (password, salt) =>
  hash(password.normalize('NFC'), Buffer.from(salt, 'base64'), 32, COST);
