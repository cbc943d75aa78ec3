import { OwnPaths } from '../../src/platform/http/own-paths.js';

/** The own paths of a process that declares these, each for GET. */
export function ownPathsOf(...patterns: string[]): OwnPaths {
  const ownPaths = new OwnPaths();
  for (const url of patterns) ownPaths.learn({ url, method: 'GET' });
  return ownPaths;
}
