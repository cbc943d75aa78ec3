import 'reflect-metadata';
import { declaredOwnPaths } from './app.own-paths.js';
import { ConfigurationError, type Environment } from './config/environment.js';
import { loadRoutesCheckConfig } from './config/routes-check.js';
import { routesFileMistakes } from './modules/gateway/index.js';

const USAGE = 'Usage: npm run routes:check -- FILE';

/** What the command says, and its exit code. */
export interface CheckOutcome {
  code: 0 | 1;
  text: string;
}

/**
 * Checks a routes file as the gateway does at its start, with the environment as the gateway's: syntax, every member,
 * certificates, conflicts, own paths, audiences, variables. Nothing is started, and no upstream is asked.
 */
export function checkRoutes(files: readonly string[], environment: Environment): CheckOutcome {
  const [file, ...others] = files;
  if (file === undefined || others.length > 0) return { code: 1, text: USAGE };
  try {
    const config = loadRoutesCheckConfig(environment, file);
    const mistakes = routesFileMistakes(config.gateway, config.issuer, declaredOwnPaths(config));
    if (mistakes.length === 0) return { code: 0, text: 'The routes file is usable.' };
    // Here the file is the one that the command names.
    const lines = mistakes.map((mistake) => `  - ${mistake.replace(/^ROUTES_FILE, /, '')}`).join('\n');
    return { code: 1, text: `The routes file is not usable:\n${lines}` };
  } catch (error) {
    if (error instanceof ConfigurationError) return { code: 1, text: error.message };
    throw error;
  }
}
