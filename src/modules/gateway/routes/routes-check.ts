import { resolve } from 'node:path';
import type { GatewayConfig } from '../../../config/config.js';
import { isOpenToAll } from '../../../config/environment.js';
import { OwnPaths } from '../../../platform/http/own-paths.js';
import { FilesRead } from './file/files-read.js';
import { RoutesError } from './file/routes-error.js';
import { readRoutesFile } from './file/routes-file.js';
import { routesContextOf } from './routes-context.js';

/**
 * What is wrong with the routes file.
 * @param ownPaths what the process serves itself, where that is known before it is made
 */
export function routesFileMistakes(
  config: GatewayConfig,
  issuer: string,
  ownPaths = new OwnPaths(),
): string[] {
  const { routesFile } = config;
  if (routesFile === undefined) return [];
  if (isOpenToAll(routesFile)) return ['ROUTES_FILE names a file that every user may change: chmod o-w it.'];
  try {
    const context = routesContextOf(config, issuer, ownPaths, new FilesRead(config.secretFiles));
    readRoutesFile(resolve(routesFile), context);
    return [];
  } catch (error) {
    if (error instanceof RoutesError) return error.lines;
    throw error;
  }
}
