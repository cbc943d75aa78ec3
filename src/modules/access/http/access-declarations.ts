import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AssertionReceivers } from './assertion-receivers.js';
import { type DeclaredAccess, declaredAccessOf } from './declared-access.js';

/** The metadata key by which Nest knows a method as a route. */
const ROUTE_PATH = 'path';

interface DeclaredRoute {
  /** `OrdersController.list` */
  name: string;
  controller: Function;
  access: DeclaredAccess | undefined;
}

/** Walks every route at start: one that nobody could call rightly stops the process instead of waiting for a caller. */
@Injectable()
export class AccessDeclarations implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly receivers: AssertionReceivers,
  ) {}

  onModuleInit(): void {
    const routes = this.routes();
    refuse(
      routes.filter(({ access }) => access === undefined),
      'Routes without a declared access',
      'Add @RequireScopes(…), @AuthenticatesClient(), @RequireInternalCaller(), @RequireForwardAuthProxy() or @Public().',
    );
    refuse(
      routes.filter(
        ({ access, controller }) => access?.kind === 'scopes' && this.receivers.of(controller) === undefined,
      ),
      'Routes of no role, which no assertion of a gateway would open',
      'List the module that has the controller under its role in src/app.module.ts.',
    );
  }

  private routes(): DeclaredRoute[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Record<string, Function>;
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((name) => Reflect.hasMetadata(ROUTE_PATH, prototype[name]!))
        .map((name) => ({
          name: `${metatype.name}.${name}`,
          controller: metatype,
          access: declaredAccessOf(metatype, prototype[name]!),
        }));
    });
  }
}

/** @throws Error that names the routes, if there are any */
function refuse(routes: readonly DeclaredRoute[], mistake: string, remedy: string): void {
  if (routes.length === 0) return;
  throw new Error(`${mistake}: ${routes.map(({ name }) => name).join(', ')}. ${remedy}`);
}
