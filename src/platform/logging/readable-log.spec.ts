import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from './logger.js';
import { readable, readableLine } from './readable-log.js';

/** What a person sees of one entry. */
function shown(log: (logger: ReturnType<typeof createLogger>) => void): string {
  const text: string[] = [];
  log(createLogger('trace', readable({ write: (line) => void text.push(line) })));
  return text.join('');
}

describe('the log in a terminal', () => {
  beforeEach(() => void vi.stubEnv('NO_COLOR', '1'));
  afterEach(() => void vi.unstubAllEnvs());

  it('is time, level, one sentence and the other fields', () => {
    expect(shown((logger) => logger.info({ host: '127.0.0.1', port: 3000 }, 'listening'))).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} INFO {2}listening {2}host=127\.0\.0\.1 {2}port=3000\n$/,
    );
  });

  it('says of a request what was asked and what came of it', () => {
    const fields = {
      request_id: 'r-1',
      method: 'POST',
      route: '/token',
      status: 200,
      ms: 12.3,
      sub: undefined,
    };
    expect(shown((logger) => logger.info(fields, 'request'))).toMatch(
      / INFO {2}POST \/token 200 in 12\.3 ms {2}request_id=r-1\n$/,
    );
    expect(shown((logger) => logger.info({ ...fields, route: null, status: 404 }, 'request'))).toContain(
      'POST "(no route)" 404',
    );
    expect(
      shown((logger) => logger.info({ ...fields, route: null, forwarded_by: 'orders' }, 'request')),
    ).toContain('POST by route orders 200 in');
  });

  it('has an error below its line, without the frames where there are none', () => {
    const failure = Object.assign(new RangeError('too far'), { code: 'E_FAR' });
    expect(shown((logger) => logger.error({ err: failure }, 'the stop failed'))).toMatch(
      / ERROR the stop failed\n {4}RangeError: E_FAR: too far\n {4}at /,
    );
    failure.stack = undefined;
    expect(shown((logger) => logger.error({ err: failure }, 'the stop failed'))).toMatch(/: too far\n$/);
  });

  it('writes out what would move the cursor, colour the screen or turn the text around', () => {
    const text = shown((logger) =>
      logger.warn({ client_id: '\u001b[2J\u009b31m\u202egnirts\u007f' }, 'a\rrefusal\u001b]0;title\u0007'),
    );
    expect(text.slice(0, -1)).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(text).toContain('\\u001b]0;title\\u0007');
    expect(text).toContain('\\u202egnirts');
  });

  it.each(['Grantway could not start.', '{"level":30}', '[]', 'null', '{'])(
    'leaves alone what is no line of the log: %s',
    (line) => expect(readableLine(`${line}\n`)).toBe(line),
  );

  it('is coloured where colours are asked for, and nowhere else', () => {
    const line = JSON.stringify({ level: 40, time: 0, msg: 'careful' });
    expect(readableLine(line)).toBe(stripVTControlCharacters(readableLine(line)));
    vi.stubEnv('NO_COLOR', '');
    vi.stubEnv('FORCE_COLOR', '1');
    expect(readableLine(line)).not.toBe(stripVTControlCharacters(readableLine(line)));
  });
});
