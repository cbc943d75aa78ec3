import { MetadataScanner } from '@nestjs/core';
import fastify from 'fastify';
import { controllersOf } from './app.module.js';
import type { RoutesCheckConfig } from './config/routes-check.js';
import { OwnPaths } from './platform/http/own-paths.js';
import { serveSwaggerUi } from './platform/http/swagger-ui.js';

/** The paths that a process would serve itself, by the declarations of its controllers: no application is made. */
export function declaredOwnPaths(config: RoutesCheckConfig): OwnPaths {
  const ownPaths = new OwnPaths();
  for (const controller of controllersOf(config.roles, config.hasInternalSecret)) {
    const prototype = controller.prototype as Record<string, Function>;
    for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
      const handler = prototype[name]!;
      if (Reflect.hasMetadata('path', handler))
        ownPaths.learn({ url: pathOf(controller, handler), method: 'GET' });
    }
  }
  if (config.docs) learnDocs(ownPaths);
  return ownPaths;
}

function pathOf(controller: Function, handler: Function): string {
  const path = `/${Reflect.getMetadata('path', controller)}/${Reflect.getMetadata('path', handler)}`;
  return path.replaceAll(/\/+/g, '/').replace(/(?<=.)\/$/, '');
}

/** A gateway with a file of routes leaves `/` to the file. */
function learnDocs(ownPaths: OwnPaths): void {
  const server = fastify();
  ownPaths.learnFrom(server);
  const nothing = { title: '', callsTo: undefined, document: async () => '', scopes: [] };
  serveSwaggerUi(server, { ...nothing, isHome: false });
}
