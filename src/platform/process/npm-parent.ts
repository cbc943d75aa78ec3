import type { Environment } from '../../config/environment.js';

/** How often the parent is looked for. Milliseconds. */
const CHECK_MS = 500;

/**
 * Calls `onGone` once when this process was started by an npm script and the process above it has ended. npm hands
 * signals to a shell. A POSIX shell was replaced by the server (`exec`); others stay above it and pass no signal on.
 * Without this, a server whose npm was stopped would keep its port and its database.
 */
export function whenNpmIsGone(environment: Environment, onGone: () => void): void {
  if (environment.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    onGone();
  }, CHECK_MS);
  check.unref();
}
