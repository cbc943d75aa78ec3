// Builds before `npm start` unless the last build is newer than every source file: a second start should not wait.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['src', 'nest-cli.json', '.swcrc', 'tsconfig.build.json', 'package-lock.json'];
const BUILT = join('dist', 'main.js');

if (newest(SOURCES) > modifiedAt(BUILT)) {
  const isFirst = statSync(BUILT, { throwIfNoEntry: false }) === undefined;
  console.log(
    `Building the server: ${isFirst ? 'there is no build yet' : 'the sources are newer than the last build'}.`,
  );
  const { status, error } = spawnSync('nest', ['build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) {
    console.error(
      'The build tool is not installed: npm leaves it out when NODE_ENV=production. ' +
        'Run "npm ci --include=dev && npm run build" first.',
    );
  }
  process.exitCode = status ?? 1;
}

/** @param {string[]} paths */
function newest(paths) {
  return Math.max(...paths.flatMap(filesIn).map(modifiedAt));
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  // The directory itself counts: removing a file changes it and no file.
  return [path, ...readdirSync(path).flatMap((name) => filesIn(join(path, name)))];
}

/** @param {string} path */
function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
