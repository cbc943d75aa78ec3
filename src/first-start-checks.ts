import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { BootstrapConfig, Config } from './config/config.js';
import { isOnScreen } from './credentials-output.js';
import { type FirstNeeds, NowhereToShowCredentials, missingSecrets } from './first-start.js';
import { objectionsToFirstAdministrator } from './modules/users/index.js';

/** Why a first start would fail; nothing is written. */
export async function firstStartMistakes(config: Config, needs: FirstNeeds): Promise<string[]> {
  const { bootstrap, server } = config;
  const missing = missingSecrets(bootstrap, needs);
  return [
    ...(missing.length > 0 && server.production ? [new NowhereToShowCredentials(missing).message] : []),
    ...(missing.length > 0 && !server.production ? outputMistakes(bootstrap) : []),
    ...(needs.administrator ? await administratorMistakes(config) : []),
  ];
}

function outputMistakes(bootstrap: BootstrapConfig): string[] {
  const { output } = bootstrap;
  if (isOnScreen(bootstrap) || output === 'parent') return [];
  if (existsSync(output)) return ['BOOTSTRAP_OUTPUT names a file that is there already.'];
  try {
    accessSync(dirname(resolve(output)), constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return [`BOOTSTRAP_OUTPUT names a file that cannot be written (${code}).`];
  }
}

/** What is wrong with the configured name and password of the first administrator. */
export async function administratorMistakes({ bootstrap, server }: Config): Promise<string[]> {
  const { username, password } = bootstrap;
  const objections = await objectionsToFirstAdministrator(username, password, server.issuer);
  return [
    ...(objections.username === undefined ? [] : [`BOOTSTRAP_USERNAME: ${objections.username}`]),
    ...(objections.password === undefined ? [] : [`BOOTSTRAP_PASSWORD: ${objections.password}`]),
  ];
}
