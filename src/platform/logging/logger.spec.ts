import { describe, expect, it } from 'vitest';
import { InvalidGrant } from '../../protocol/oauth-error.js';
import { NestLogger, createLogger } from './logger.js';

const SECRET = 'canary-5f0c4a52';

/** A logger with what it wrote. */
function aLogger(level = 'trace') {
  const text: string[] = [];
  const logger = createLogger(level, { write: (line) => void text.push(line) });
  return { logger, nest: new NestLogger(logger), lines: () => text.map((line) => JSON.parse(line)), text };
}

describe('the log', () => {
  it('is one JSON object a line, with level, time and message', () => {
    const { logger, lines, text } = aLogger();
    logger.info({ route: '/token' }, 'a request\nover two lines');
    expect(text[0]!.trimEnd()).not.toContain('\n');
    expect(lines()).toEqual([
      { level: 30, time: expect.any(Number), route: '/token', msg: 'a request\nover two lines' },
    ]);
  });

  it('keeps quiet below its level', () => {
    const { logger, lines } = aLogger('warn');
    logger.info({}, 'not this');
    logger.warn({}, 'this');
    expect(lines().map(({ msg }) => msg)).toEqual(['this']);
  });

  it('has of an error its type, code, message and stack', () => {
    const { logger, lines } = aLogger();
    logger.error({ err: Object.assign(new RangeError('too far'), { code: 'E_FAR' }) }, 'failed');
    expect(lines()[0].err).toMatchObject({ type: 'RangeError', code: 'E_FAR', message: 'too far' });
    expect(lines()[0].err.stack).toMatch(/^\s+at /);
  });

  it('has of our own errors the detail that callers are not told', () => {
    const { logger, lines } = aLogger();
    logger.error({ err: new InvalidGrant('wrong password') }, 'refused');
    expect(lines()[0].err.detail).toBe('wrong password');
  });

  it('has of a database error neither its message, its statement nor its parameters, which quote values', () => {
    const { logger, text, lines } = aLogger();
    const detail = `Key (username)=(${SECRET}) already exists.`;
    const driverError = Object.assign(new Error(`duplicate key ${SECRET}`), {
      severity: 'ERROR',
      code: '23505',
      constraint: 'users_username_key',
      detail,
    });
    logger.error({ err: driverError }, 'failed');
    // As TypeORM wraps it.
    const wrapped = Object.assign(new Error(`duplicate key ${SECRET}`), {
      driverError,
      code: '23505',
      query: `INSERT '${SECRET}'`,
      parameters: [SECRET],
    });
    logger.error({ err: wrapped }, 'failed');
    expect(text.join('')).not.toContain(SECRET);
    expect(lines()[0].err).toMatchObject({ code: '23505', constraint: 'users_username_key' });
    expect(lines()[1].err).toMatchObject({ code: '23505', stack: expect.stringMatching(/^\s+at /) });
  });

  it.each([SECRET, undefined, null, 7, { secret: SECRET }])(
    'has of what is no error only its type: %s',
    (thrown) => {
      const { logger, text, lines } = aLogger();
      logger.error({ err: thrown }, 'failed');
      expect(text.join('')).not.toContain(SECRET);
      if (thrown !== undefined) expect(lines()[0].err).toEqual({ type: typeof thrown });
    },
  );
});

describe('what Nest logs', () => {
  it('goes into the same stream, its chatter at debug', () => {
    const { nest, lines } = aLogger();
    nest.log('Mapped {/token, POST} route', 'RouterExplorer');
    nest.warn('careful', 'Some');
    nest.verbose('details');
    expect(lines().map(({ level, context, msg }) => [level, context, msg])).toEqual([
      [20, 'RouterExplorer', 'Mapped {/token, POST} route'],
      [40, 'Some', 'careful'],
      [10, undefined, 'details'],
    ]);
  });

  it('says of an error what every other error says', () => {
    const { nest, lines } = aLogger();
    nest.error(new TypeError('x is not a function'), 'ExceptionsHandler');
    nest.fatal('cannot go on', 'stack', 'Nest');
    expect(lines()[0]).toMatchObject({
      level: 50,
      context: 'ExceptionsHandler',
      err: { type: 'TypeError', message: 'x is not a function' },
    });
    expect(lines()[1]).toMatchObject({ level: 60, context: 'Nest', msg: 'cannot go on' });
  });

  it('says of what keeps the application from starting at debug, as whoever starts it is told', () => {
    const { nest, lines } = aLogger();
    nest.error(new Error('the database is away'), 'ExceptionHandler');
    nest.error('Error: listen EADDRINUSE', 'NestApplication');
    expect(lines()).toMatchObject([
      { level: 20, err: { message: 'the database is away', stack: expect.any(String) } },
      { level: 20, msg: 'Error: listen EADDRINUSE' },
    ]);
  });
});
