import type { SocketRefusal } from './socket-refusals.js';

declare module 'fastify' {
  interface FastifyInstance {
    unknownMethods: UnknownMethods;
  }
}

/** What a path is refused with: 405 with the methods that it takes, or another status. RFC 9110 §15.5.6. */
export type MethodRefusal = { status: number; allow?: string | undefined };

/**
 * What a request is refused with whose method Node's parser does not know. Such a request never reaches the router, so
 * those that have routes are asked here.
 */
export class UnknownMethods {
  private lookups: ((rawTarget: string) => MethodRefusal | undefined)[] = [];

  /** @param lookUp returns undefined for a path that it has nothing at; the first that has something decides */
  ask(lookUp: (rawTarget: string) => MethodRefusal | undefined): void {
    this.lookups.push(lookUp);
  }

  refusalOf(rawTarget: string): SocketRefusal {
    for (const lookUp of this.lookups) {
      const refusal = lookUp(rawTarget);
      if (refusal === undefined) continue;
      const { status, allow } = refusal;
      return { status, headers: allow === undefined ? {} : { Allow: allow } };
    }
    return { status: 404 };
  }
}
