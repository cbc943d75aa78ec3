import { execFileSync } from 'node:child_process';
import { delimiter, resolve } from 'node:path';

/** Once before the tests: some of them start the server as it is shipped, `node dist/main.js`. */
export default function build(): void {
  const path = [resolve('node_modules/.bin'), process.env.PATH].join(delimiter);
  execFileSync(process.execPath, ['scripts/build-when-stale.mjs'], { env: { ...process.env, PATH: path } });
}
