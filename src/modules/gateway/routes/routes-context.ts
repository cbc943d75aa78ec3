import type { GatewayConfig } from '../../../config/config.js';
import type { OwnPaths } from '../../../platform/http/own-paths.js';
import { reservedAudiences } from './audience-conflicts.js';
import type { FilesRead } from './file/files-read.js';
import type { RoutesContext } from './file/routes-file.js';

/** What the configuration of this process has a routes file held against. */
export function routesContextOf(
  config: GatewayConfig,
  issuer: string,
  ownPaths: OwnPaths,
  files: FilesRead,
): RoutesContext {
  const { audience, cleartextTargets } = config;
  return {
    audience,
    issuer,
    cleartextTargets,
    ownPaths,
    reservedAudiences: reservedAudiences(config),
    variables: config.routeVariables,
    files,
  };
}
