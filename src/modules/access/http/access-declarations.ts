import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { declaredAccessOf } from './declared-access.js';

/** The metadata key by which Nest knows a method as a route. */
const ROUTE_PATH = 'path';

/** Walks every route at start: one that declares no access stops the process instead of waiting for a caller. */
@Injectable()
export class AccessDeclarations implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const undeclared = this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Record<string, Function>;
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((name) => Reflect.hasMetadata(ROUTE_PATH, prototype[name]!))
        .filter((name) => declaredAccessOf(metatype, prototype[name]!) === undefined)
        .map((name) => `${metatype.name}.${name}`);
    });
    if (undeclared.length > 0) {
      throw new Error(
        `Routes without a declared access: ${undeclared.join(', ')}. ` +
          'Add @RequireScopes(…), @AuthenticatesClient() or @Public().',
      );
    }
  }
}
