import { createHash } from 'node:crypto';

/** A Lua script, which Redis runs alone from its first line to its last. */
export class RedisScript {
  /** The name that Redis knows a script by: SHA-1, which nothing here relies on for security. */
  readonly sha1: string;

  constructor(readonly text: string) {
    this.sha1 = createHash('sha1').update(text, 'utf8').digest('hex');
  }
}
