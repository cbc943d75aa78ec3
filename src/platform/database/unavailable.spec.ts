import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { isDatabaseUnavailable, isUniqueViolation } from './unavailable.js';

const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code });

describe('an error of the database', () => {
  it.each([
    '08000',
    '08006',
    '53300',
    '53400',
    '57P01',
    '57P02',
    '57P03',
    '57P05',
    '25P03',
    '25P04',
    '25006',
    '28000',
    '28P01',
    '3D000',
    '53100',
    '55000',
    '55P03',
    '58030',
    '57014',
    '40001',
    '40P01',
  ])('means “not now” with SQLSTATE %s', (code) => expect(isDatabaseUnavailable(coded(code))).toBe(true));

  it.each(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN'])(
    'means “not now” as %s',
    (code) => expect(isDatabaseUnavailable(coded(code))).toBe(true),
  );

  it.each([
    'timeout exceeded when trying to connect',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'Query read timeout',
  ])('means “not now” when node-postgres says “%s”', (message) => {
    expect(isDatabaseUnavailable(new Error(message))).toBe(true);
  });

  it('means “not now” when a transaction lost its connection', () => {
    expect(isDatabaseUnavailable(new QueryRunnerAlreadyReleasedError())).toBe(true);
  });

  it('means the same inside of what TypeORM or a dual-stack connection makes of it', () => {
    expect(isDatabaseUnavailable(new QueryFailedError('SELECT 1', [], coded('57P01')))).toBe(true);
    expect(isDatabaseUnavailable(new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')]))).toBe(
      true,
    );
  });

  it.each<[string, unknown]>([
    ['a violated constraint', coded('23505')],
    ['a missing table', coded('42P01')],
    ['a value that is none', coded('22P02')],
    ['a refusal inside TypeORM', new QueryFailedError('SELECT 1', [], coded('23505'))],
    ['a programming error', new TypeError('x is not a function')],
    ['an error that only mentions one', new Error('no Connection terminated here')],
    ['a text', 'ECONNREFUSED'],
    ['nothing', undefined],
    ['null', null],
  ])('does not mean “not now” as %s', (_, error) => expect(isDatabaseUnavailable(error)).toBe(false));

  it('is the violation of a unique constraint by its SQLSTATE alone', () => {
    expect(isUniqueViolation(coded('23505'))).toBe(true);
    expect(isUniqueViolation(coded('23503'))).toBe(false);
    expect(isUniqueViolation(undefined)).toBe(false);
  });
});
