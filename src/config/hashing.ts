import type { EnvironmentReader } from './environment.js';

/** What comparing a password may cost. */
export class HashingConfig {
  /** The maximum cost of an imported hash, in units of a hash made today. */
  maxImportCost: number;
}

export function readHashing(read: EnvironmentReader): HashingConfig {
  return { maxImportCost: read.integer('IMPORT_MAX_COST', 4, { from: 1, to: 50 }) };
}
