declare module 'fastify' {
  interface FastifyInstance {
    unknownMethods: UnknownMethods;
  }
}

/** What a path is refused with: 405 with the methods that it takes, or another status. RFC 9110 §15.5.6. */
export interface MethodRefusal {
  status: number;
  allow?: string | undefined;
}

/**
 * What a request is refused with whose method Node's parser does not know. Such a request never reaches the router, so
 * those that have routes are asked here.
 */
export class UnknownMethods {
  private readonly lookups: ((rawTarget: string) => MethodRefusal | undefined)[] = [];

  /** @param lookUp returns undefined for a path that it has nothing at; the first that has something decides */
  ask(lookUp: (rawTarget: string) => MethodRefusal | undefined): void {
    this.lookups.push(lookUp);
  }

  refusalAt(rawTarget: string): MethodRefusal {
    for (const lookUp of this.lookups) {
      const refusal = lookUp(rawTarget);
      if (refusal !== undefined) return refusal;
    }
    return { status: 404 };
  }
}
