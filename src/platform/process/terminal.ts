import { closeSync, openSync } from 'node:fs';

const hadOne = isThere();

/**
 * Whether the terminal that this process was started from is gone: it was closed, or the connection to it broke. A
 * process is told of that by SIGHUP, which also asks for files to be read again; this is what tells the two apart.
 */
export function terminalIsGone(): boolean {
  return hadOne && !isThere();
}

/**
 * Has this process go on when it writes to a terminal that is gone: it has things to put in order, and nobody reads the
 * line. What fails elsewhere, at a pipe for one, is as fatal as without this.
 */
export function outliveTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (!terminalIsGone()) throw error;
    });
  }
}

/** The system opens the controlling terminal by this name alone, and no longer once it has hung up. */
function isThere(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}
