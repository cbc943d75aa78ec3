import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** undici, which loads at the first call: a process that asks no other server does not need it. */
export function loadUndici(): typeof import('undici') {
  return require('undici') as typeof import('undici');
}
