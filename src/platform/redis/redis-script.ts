import type { defineScript } from '@redis/client';

export { defineScript } from '@redis/client';

type AnyScript = ReturnType<typeof defineScript>;
type Parser = Parameters<AnyScript['parseCommand']>[0];

/** A Lua script of `defineScript`, with the parameters of a call and its reply. Redis runs it as one step. */
export type RedisScript<Parameters extends unknown[], Reply> = AnyScript & {
  parseCommand(parser: Parser, ...parameters: Parameters): void;
  transformReply(reply: never): Reply;
};
