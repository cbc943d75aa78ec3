import { RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { type DeclaredAccess, declaredAccessOf } from '../../src/modules/access/index.js';
import type { Route, TestServer } from './server.js';

export type DeclaredRoute = Route & { access: DeclaredAccess | undefined };

/** The routes of all controllers of one process, with what they declare. */
export function declaredRoutesOf(server: TestServer): DeclaredRoute[] {
  const scanner = new MetadataScanner();
  return server.app
    .get(DiscoveryService, { strict: false })
    .getControllers()
    .flatMap(({ metatype: controller }) => {
      if (typeof controller !== 'function') return [];
      const prototype = controller.prototype as Record<string, Function>;
      const names = scanner.getAllMethodNames(prototype);
      const handlers = names
        .map((name) => prototype[name]!)
        .filter((handler) => Reflect.hasMetadata('path', handler));
      return handlers.flatMap((handler) => {
        const path = `/${Reflect.getMetadata('path', controller)}/${Reflect.getMetadata('path', handler)}`
          .replaceAll(/\/+/g, '/')
          .replace(/\/$/, '');
        const access = declaredAccessOf(controller, handler);
        const method: RequestMethod = Reflect.getMetadata('method', handler);
        return methodsOf(server, method).map((name) => ({ method: name, path, access }));
      });
    });
}

/** `@All()` is a route for every method that the router knows. */
function methodsOf({ app }: TestServer, method: RequestMethod): string[] {
  const all: string[] = app.getHttpAdapter().getInstance().supportedMethods;
  return method === RequestMethod.ALL ? all : [RequestMethod[method]];
}
