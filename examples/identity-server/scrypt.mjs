import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';

const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 };

/** 32 bytes from a password in NFC and a salt in base64: what people.json holds, in base64, as `hash`. */
export const derive = (password, salt) =>
  promisify(scrypt)(password.normalize('NFC'), Buffer.from(salt, 'base64'), 32, COST);
