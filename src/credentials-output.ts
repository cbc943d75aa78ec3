import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { credentials } from './banner.js';
import type { BootstrapConfig } from './config/config.js';
import type { CredentialsOutput, FirstStart } from './first-start.js';

/** Whether the configured output is one that the person who starts the process looks at. */
export function isOnScreen({ output }: BootstrapConfig): boolean {
  return output === 'terminal' || output === 'stdout';
}

/**
 * Opens the output that the configuration names, before anything is made that could then not be shown.
 * @returns undefined when there is none: standard output is no terminal and nothing else was asked for, or no process
 *   listens that it could be sent to
 * @throws Error when the file cannot be written, or is there already
 */
export function openCredentialsOutput(bootstrap: BootstrapConfig): CredentialsOutput | undefined {
  const { output } = bootstrap;
  if (output === 'terminal' && !process.stdout.isTTY) return undefined;
  if (output === 'parent' && !process.connected) return undefined;
  if (output === 'parent') {
    return { show: (firstStart) => void process.send?.({ firstStart }), abandon: () => undefined };
  }
  if (isOnScreen(bootstrap)) {
    return { show: (first) => void process.stdout.write(textOf(first)), abandon: () => undefined };
  }
  const file = create(output);
  return {
    show(first) {
      writeSync(file, textOf(first));
      closeSync(file);
    },
    abandon() {
      closeSync(file);
      rmSync(output);
    },
  };
}

function textOf(first: FirstStart): string {
  return `\n${credentials(first).join('\n')}\n`;
}

function create(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'EEXIST' ? 'is there already' : `cannot be written (${code})`;
    throw new Error(`BOOTSTRAP_OUTPUT names a file that ${reason}.`, { cause: error });
  }
}
