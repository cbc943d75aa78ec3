import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../../protocol/problem.js';
import { DIALECTS, type Dialect } from './dialects.js';
import { type OriginalCall, originalCall } from './original-call.js';

const MAX_TARGET_LENGTH = 300;
const METHOD = 'PUT';
const TARGET = '/api/orders/7?a=%2F..&b';

/** What each proxy sends about `PUT /api/orders/7?a=%2F..&b`. */
const QUESTIONS: Record<Dialect, string[]> = {
  nginx: [
    ...['X-Original-Method', METHOD, 'X-Original-URI', TARGET],
    ...['X-Original-URL', `https://api.example${TARGET}`, 'X-Forwarded-For', '192.0.2.1'],
  ],
  caddy: forwarded(),
  traefik: forwarded(),
  haproxy: forwarded().slice(0, 6),
  envoy: ['X-Forwarded-For', '192.0.2.1', 'x-forwarded-proto', 'https'],
};

function forwarded(): string[] {
  return [
    ...['X-Forwarded-Method', METHOD, 'X-Forwarded-Uri', TARGET, 'X-Forwarded-For', '192.0.2.1'],
    ...['X-Forwarded-Host', 'api.example', 'X-Forwarded-Proto', 'https'],
  ];
}

function ask(dialect: Dialect, rawHeaders: string[], rest = TARGET, method = METHOD): OriginalCall {
  return dialect === 'envoy'
    ? originalCall(dialect, { method, rest, rawHeaders }, MAX_TARGET_LENGTH)
    : originalCall(dialect, { method: 'GET', rest: '', rawHeaders }, MAX_TARGET_LENGTH);
}

/** The refusal of a question; anything else that happens fails the test. */
function refusalOf(asking: () => OriginalCall): { status: number; detail: string } {
  try {
    throw new Error(`It was understood: ${JSON.stringify(asking())}`);
  } catch (error) {
    if (error instanceof ProblemError) return { status: error.status, detail: error.detail };
    throw error;
  }
}

const CONTRADICTION = {
  status: 400,
  detail: 'The question of the proxy has fields that contradict each other.',
};
const REPETITION = {
  status: 400,
  detail: 'The question of the proxy has a field more than once that must be single.',
};
const OMISSION = { status: 400, detail: 'The question of the proxy lacks a field that its proxy sends.' };

describe.each(DIALECTS)('a question of %s', (dialect) => {
  const question = QUESTIONS[dialect];
  const names = question.filter((_, at) => at % 2 === 0);

  it('is about the request that its client made, byte by byte', () => {
    expect(ask(dialect, question)).toEqual({ method: METHOD, rawTarget: TARGET });
  });

  it('is read whatever the case of its fields, and whatever else its client sent', () => {
    const others = [
      'Authorization',
      'Bearer x',
      'X-Forwarded-Port',
      '1',
      'X_Forwarded_Uri',
      '/x',
      'Accept',
      '*/*',
    ];
    const loud = question.map((text, at) => (at % 2 === 0 ? text.toUpperCase() : text));
    expect(ask(dialect, [...others, ...loud, ...others])).toEqual({ method: METHOD, rawTarget: TARGET });
  });

  it.each([
    ['X-Original-Method', 'GET'],
    ['X-Original-URI', '/public'],
    ['X-Original-URI', `${TARGET}&`],
    ['X-Original-URL', 'https://api.example/public'],
    ['X-Forwarded-Method', 'GET'],
    ['X-Forwarded-Method', 'put'],
    ['X-Forwarded-Uri', '/public'],
    ['X-Forwarded-Uri', '/api/orders/7'],
  ])('is refused when its client adds %s: %s', (name, value) => {
    const isThere = names.includes(name);
    for (const forged of [
      [...question, name, value],
      [name, value, ...question],
      [name.toLowerCase(), value, ...question],
    ]) {
      expect(refusalOf(() => ask(dialect, forged))).toEqual(isThere ? REPETITION : CONTRADICTION);
    }
  });

  it('is refused when a field is there twice, though both say the same', () => {
    const singles = question.flatMap((name, at) =>
      at % 2 === 0 && name.toLowerCase() !== 'x-forwarded-for' ? [[name, question[at + 1]!]] : [],
    );
    for (const again of singles) {
      expect(refusalOf(() => ask(dialect, [...question, ...again]))).toEqual(REPETITION);
    }
  });

  it('is understood when another family says the same', () => {
    const families = ['X-Original-Method', METHOD, 'X-Original-URI', TARGET, ...forwarded()];
    const missing = families.filter((_, at) => {
      const name = families[at - (at % 2)]!.toLowerCase();
      return !names.some((known) => known.toLowerCase() === name);
    });
    expect(ask(dialect, [...question, ...missing])).toEqual({ method: METHOD, rawTarget: TARGET });
  });

  it('is refused without a field that the proxy always sends, or with an empty one', () => {
    const required = names.filter((name) => !/^(X-Original-UR[IL]|x-forwarded-proto)$/.test(name));
    for (const name of required) {
      const at = question.indexOf(name);
      expect(refusalOf(() => ask(dialect, question.toSpliced(at, 2)))).toEqual(OMISSION);
      expect(refusalOf(() => ask(dialect, question.toSpliced(at, 2, name, '')))).toEqual(OMISSION);
    }
  });
});

describe('a question', () => {
  it('of nginx names the target by itself or in a URL', () => {
    const [method, who] = [
      ['X-Original-Method', METHOD],
      ['X-Forwarded-For', '192.0.2.1'],
    ];
    for (const where of [
      ['X-Original-URI', TARGET],
      ['X-Original-URL', `https://api.example:8443${TARGET}`],
    ]) {
      expect(ask('nginx', [...method, ...who, ...where])).toEqual({ method: METHOD, rawTarget: TARGET });
    }
    expect(ask('nginx', [...method, ...who, 'X-Original-URL', 'http://api.example']).rawTarget).toBe('/');
    expect(refusalOf(() => ask('nginx', [...method, ...who]))).toEqual(OMISSION);
  });

  it.each(['//evil.example/a', '/a', 'ftp://a/b', 'https:///a', 'https://a\\b/c', 'https://a?b', ''])(
    'is refused with a URL like %s',
    (url) => {
      const fields = ['X-Original-Method', METHOD, 'X-Original-URL', url, 'X-Forwarded-For', '192.0.2.1'];
      expect(refusalOf(() => ask('nginx', fields)).status).toBe(400);
    },
  );

  it.each(['get', 'Get', 'GET ', 'FOO', 'GET,PUT', '*', '__proto__'])(
    'is refused about the method %s',
    (method) => {
      const fields = ['X-Forwarded-Method', method, 'X-Forwarded-Uri', '/a', 'X-Forwarded-For', '192.0.2.1'];
      expect(refusalOf(() => ask('haproxy', fields)).detail).toMatch(/method that is not known/);
      expect(refusalOf(() => ask('envoy', QUESTIONS.envoy, '/a', method)).status).toBe(400);
    },
  );

  it('keeps a target as it came, for the one who reads targets to judge', () => {
    for (const target of ['/a/../b', '//a', '/%2e%2e/', '/a%00', 'x', '/a b', '*']) {
      const fields = ['X-Forwarded-Method', 'GET', 'X-Forwarded-Uri', target, 'X-Forwarded-For', '192.0.2.1'];
      expect(ask('haproxy', fields).rawTarget).toBe(target);
      expect(ask('envoy', QUESTIONS.envoy, target).rawTarget).toBe(target);
    }
  });

  it('is refused about a target that is too long for this server itself', () => {
    const target = `/${'a'.repeat(MAX_TARGET_LENGTH)}`;
    expect(refusalOf(() => ask('envoy', QUESTIONS.envoy, target)).status).toBe(414);
    expect(ask('envoy', QUESTIONS.envoy, target.slice(1).replace('a', '/')).rawTarget).toHaveLength(
      MAX_TARGET_LENGTH,
    );
  });

  it('comes with as many addresses as there were proxies', () => {
    const fields = [...QUESTIONS.haproxy, 'X-Forwarded-For', '198.51.100.1'];
    expect(ask('haproxy', fields).rawTarget).toBe(TARGET);
  });
});
