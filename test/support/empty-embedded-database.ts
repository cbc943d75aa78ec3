import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { EmbeddedDatabase } from '../../src/platform/database/embedded-database.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A data directory that was never used, to be copied. */
    emptyDataDirectory: string | undefined;
    /** Where the copies of this run go. */
    dataDirectories: string | undefined;
  }
}

/**
 * Sees to the empty embedded database that all tests copy: creating one takes seconds, copying it a tenth of one.
 * It is kept beside the installed packages, for the version of PGlite that made it.
 */
export default async function provideEmptyEmbeddedDatabase(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'grantway-test-'));
  const empty = join(
    'node_modules',
    '.cache',
    'grantway',
    `empty-pglite-${versionOf('@electric-sql/pglite')}`,
  );
  if (!existsSync(empty)) await create(empty);
  project.provide('emptyDataDirectory', empty);
  project.provide('dataDirectories', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Made aside and renamed into place: of two runs at once one is first, and none copies half a database. */
async function create(empty: string): Promise<void> {
  const draft = `${empty}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const database = await EmbeddedDatabase.open(draft);
  await database.close();
  try {
    renameSync(draft, empty);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(empty)) throw error;
  }
}

function versionOf(packageName: string): string {
  const manifest = readFileSync(join('node_modules', packageName, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
