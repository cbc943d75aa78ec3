import { describe, expect, it } from 'vitest';
import { UnusableDatabase } from './unusable-database.js';

const failure = (code: string) => Object.assign(new Error('connect to secret-host failed'), { code });

describe('an unusable database', () => {
  it.each([
    ['ECONNREFUSED', 'nobody listens there (ECONNREFUSED)'],
    ['3D000', 'there is no such database; create it first (3D000)'],
    ['XX000', 'XX000'],
  ])('says what %s means', (code, reason) => {
    expect(new UnusableDatabase(failure(code)).message).toBe(
      `The database that DATABASE_URL names cannot be used: ${reason}.`,
    );
  });

  it('takes the first of the failures of several addresses', () => {
    const all = new AggregateError([failure('ECONNREFUSED'), failure('ETIMEDOUT')]);
    expect(new UnusableDatabase(all).message).toContain('nobody listens there');
  });
});
