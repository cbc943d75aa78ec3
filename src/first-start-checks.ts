import { existsSync } from 'node:fs';
import type { BootstrapConfig, Config } from './config/config.js';
import { isOnScreen } from './credentials-output.js';
import { type FirstNeeds, NowhereToShowCredentials, missingSecrets } from './first-start.js';
import { objectionsToFirstAdministrator } from './modules/users/index.js';

/** Why a first start would fail; nothing is written. */
export async function firstStartMistakes(
  { bootstrap, server }: Config,
  needs: FirstNeeds,
): Promise<string[]> {
  const missing = missingSecrets(bootstrap, needs);
  return [
    ...(missing.length > 0 && server.production ? [new NowhereToShowCredentials(missing).message] : []),
    ...(missing.length > 0 && !server.production ? outputMistakes(bootstrap) : []),
    ...(needs.administrator ? await administratorMistakes(bootstrap, server.issuer) : []),
  ];
}

function outputMistakes(bootstrap: BootstrapConfig): string[] {
  const isFile = !isOnScreen(bootstrap) && bootstrap.output !== 'parent';
  return isFile && existsSync(bootstrap.output)
    ? ['BOOTSTRAP_OUTPUT names a file that is there already.']
    : [];
}

async function administratorMistakes(
  { username, password }: BootstrapConfig,
  issuer: string,
): Promise<string[]> {
  const objections = await objectionsToFirstAdministrator(username, password, issuer);
  return [
    ...(objections.username === undefined ? [] : [`BOOTSTRAP_USERNAME: ${objections.username}`]),
    ...(objections.password === undefined ? [] : [`BOOTSTRAP_PASSWORD: ${objections.password}`]),
  ];
}
