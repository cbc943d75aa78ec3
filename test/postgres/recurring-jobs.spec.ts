import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestDatabase, aDatabase, query } from '../support/database.js';

describe('a recurring job of two processes on one PostgreSQL', () => {
  let database: TestDatabase;
  let url: string;
  let processes: ChildProcess[];

  beforeEach(async () => {
    database = await aDatabase();
    url = database.url!;
    processes = [];
    await query(
      url,
      `CREATE TABLE runs (id int GENERATED ALWAYS AS IDENTITY, process int, begun_at timestamptz, ended_at timestamptz)`,
    );
  });

  afterEach(async () => {
    for (const child of processes) child.kill('SIGKILL');
    await database.drop();
  });

  it('runs on one of them at a time, though both have it at every second', { timeout: 60_000 }, async () => {
    const [one, other] = await Promise.all([aRacer(), aRacer()]);
    await until(async () => (await runs()).length >= 6);
    await Promise.all([stop(one), stop(other)]);

    const begun = await runs();
    for (const [at, { ended_at }] of begun.entries()) {
      expect(ended_at, 'a stop waits for the run').not.toBeNull();
      const next = begun[at + 1];
      if (next !== undefined) expect(next.begun_at.getTime()).toBeGreaterThanOrEqual(ended_at!.getTime());
    }
  });

  it('runs on the other once the one that runs it is killed', { timeout: 60_000 }, async () => {
    await Promise.all([aRacer(), aRacer()]);
    await until(async () => (await runs()).length >= 1);
    const killed = (await runs()).at(-1)!.process;
    process.kill(killed, 'SIGKILL');
    await until(async () => (await runs()).at(-1)!.process !== killed);
    expect((await runs()).at(-1)!.process).not.toBe(killed);
  });

  interface Run {
    process: number;
    begun_at: Date;
    ended_at: Date | null;
  }

  async function runs(): Promise<Run[]> {
    return query(url, 'SELECT process, begun_at, ended_at FROM runs ORDER BY begun_at');
  }

  async function aRacer(): Promise<ChildProcess> {
    const child = spawn(
      process.execPath,
      ['--import', './scripts/run-typescript.mjs', 'test/support/job-racer.ts', url],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    processes.push(child);
    await once(child.stdout, 'data');
    return child;
  }

  async function stop(child: ChildProcess): Promise<void> {
    child.stdin!.end();
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
  }

  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await sleep(50);
  }
});
