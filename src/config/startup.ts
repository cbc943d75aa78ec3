import type { EnvironmentReader } from './environment.js';

/** How scripts/start-gateway.mjs waits for the processes that it starts. */
export class StartupConfig {
  /** How long a process may start without any progress. Seconds. */
  timeout: number;
}

export function readStartup(read: EnvironmentReader): StartupConfig {
  return { timeout: read.integer('START_TIMEOUT', 120, { from: 5, to: 86_400 }) };
}
