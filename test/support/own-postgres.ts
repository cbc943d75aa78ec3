import { execFile } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';

/** Where Debian keeps the programs of each version. */
const VERSIONS = '/usr/lib/postgresql';

/** A PostgreSQL server of a test's own, to be crashed. */
export interface OwnPostgres {
  /** Of its one database. */
  url: string;
  /** As when its processes are killed: nothing is written that was not written already. Resolves once it is down. */
  crash(): Promise<void>;
  /** Starts it again; it recovers first. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** The newest version's programs, where a PostgreSQL server is installed. */
export const PROGRAMS = programs();

function programs(): string | undefined {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS) : [];
  const found = versions.map((version) => join(VERSIONS, version, 'bin'));
  return found
    .filter((folder) => existsSync(join(folder, 'initdb')))
    .toSorted()
    .at(-1);
}

/** @param settings lines of postgresql.conf */
export async function startOwnPostgres(settings: readonly string[]): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'grantway-postgres-'));
  const user = await unprivilegedUser();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const run = async (program: string, ...options: string[]): Promise<void> => {
    await promisify(execFile)(join(PROGRAMS!, program), ['-D', data, ...options], { ...user, cwd: folder });
  };
  const port = await freePort();
  await run('initdb', '--auth=trust', '--username=postgres', '--no-sync');
  const own = [`port = ${port}`, `listen_addresses = '127.0.0.1'`, `unix_socket_directories = '${folder}'`];
  appendFileSync(join(data, 'postgresql.conf'), [...own, ...settings, ''].join('\n'));
  const start = (): Promise<void> => run('pg_ctl', 'start', '--wait', '--log', join(folder, 'log'));
  const crash = (): Promise<void> => run('pg_ctl', 'stop', '--wait', '--mode=immediate');
  await start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    crash,
    start,
    async remove() {
      // A test that failed may have left it down.
      await crash().catch(() => undefined);
      rmSync(folder, { recursive: true });
    },
  };
}

/** PostgreSQL refuses to run as root; Debian's package brings a user for it. */
export async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = async (option: string): Promise<number> =>
    Number((await promisify(execFile)('id', [option, 'postgres'])).stdout);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
}
