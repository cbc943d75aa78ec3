import { Injectable, type OnModuleInit, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { AssertionAudiences } from './assertion-audiences.js';
import { type DeclaredAccess, declaredAccessOf } from './declared-access.js';

/** The metadata keys by which Nest knows a method as a route. */
const ROUTE_PATH = 'path';
const ROUTE_METHOD = 'method';

export interface DeclaredRoute {
  /** `OrdersController.list` */
  name: string;
  controller: Function;
  handler: Function;
  method: RequestMethod;
  /** As the router has it: `/admin/users/:id`. */
  pattern: string;
  access: DeclaredAccess | undefined;
}

/** Walks every route at start: one that nobody could call rightly stops the process instead of waiting for a caller. */
@Injectable()
export class AccessDeclarations implements OnModuleInit {
  private byPattern: ReadonlyMap<string, readonly DeclaredRoute[]> | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly receivers: AssertionAudiences,
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

  /**
   * The route that the router found, by its pattern. To be asked once the application is built.
   * @param method HEAD is served by the route of GET
   */
  find(method: string, pattern: string): DeclaredRoute | undefined {
    this.byPattern ??= Map.groupBy(this.routes(), (route) => route.pattern);
    const wanted = method === 'HEAD' ? 'GET' : method;
    return this.byPattern
      .get(pattern)
      ?.find((route) => route.method === RequestMethod.ALL || RequestMethod[route.method] === wanted);
  }

  private routes(): DeclaredRoute[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function') return [];
      const prototype = metatype.prototype as Record<string, Function>;
      return this.scanner
        .getAllMethodNames(prototype)
        .filter((name) => Reflect.hasMetadata(ROUTE_PATH, prototype[name]!))
        .map((name) => {
          const handler = prototype[name]!;
          return {
            name: `${metatype.name}.${name}`,
            controller: metatype,
            handler,
            method: Reflect.getMetadata(ROUTE_METHOD, handler) as RequestMethod,
            pattern: patternOf(metatype, handler),
            access: declaredAccessOf(metatype, handler),
          };
        });
    });
  }
}

/** No prefix, version or host stands before the paths of controllers here. */
function patternOf(controller: Function, handler: Function): string {
  const paths = [controller, handler].map((target) => Reflect.getMetadata(ROUTE_PATH, target) as string);
  return `/${paths.join('/')}`.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
}

/** @throws Error that names the routes, if there are any */
function refuse(routes: readonly DeclaredRoute[], mistake: string, remedy: string): void {
  if (routes.length === 0) return;
  throw new Error(`${mistake}: ${routes.map(({ name }) => name).join(', ')}. ${remedy}`);
}
