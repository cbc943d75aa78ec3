import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const ELSEWHERE = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

const SWITCHES = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Chromium's sandbox needs a user other than root, and what it loads here is our own page.
  '--no-sandbox',
];

/** A headless Chromium of this machine, with a profile of its own. @throws Error that says how to name one */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath(), args: SWITCHES });
}

function browserPath(): string {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`CHROMIUM names ${named}, which is not there.`);
    return named;
  }
  const directories = (process.env.PATH ?? '').split(delimiter);
  const candidates = NAMES.flatMap((name) => directories.map((directory) => join(directory, name)));
  const found = [...candidates, ...ELSEWHERE].find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error(
      `There is no browser for these tests: none of ${NAMES.join(', ')} is on the PATH. ` +
        'Install Chromium, or set CHROMIUM to the path of one.',
    );
  }
  return found;
}
