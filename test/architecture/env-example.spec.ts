import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import type { Environment } from '../../src/config/environment.js';

const EXAMPLE = readFileSync(resolve(import.meta.dirname, '../../.env.example'), 'utf8');

/** Variables of `# NAME=value` lines; an empty value says that there is no default. */
function variablesOf(text: string): Map<string, string> {
  const lines = text.matchAll(/^# ([A-Z][A-Z_]*)=(.*)$/gm);
  return new Map([...lines].map(([, name, value]) => [name!, value!]));
}

/** Every name that is looked up when the configuration is read, but the `_FILE` twin that each one has. */
function variablesRead(): string[] {
  const names = new Set<string>();
  const environment: Environment = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get(_, name) {
        names.add(String(name));
        return undefined;
      },
    },
  );
  loadConfig(environment);
  return [...names].filter((name) => !(name.endsWith('_FILE') && names.has(name.slice(0, -'_FILE'.length))));
}

/** What the file gets wrong about the variables that are read. */
function mistakesOf(text: string): string[] {
  const written = variablesOf(text);
  const read = variablesRead();
  const defaults = loadConfig({});
  return [
    ...read.filter((name) => !written.has(name)).map((name) => `${name} is missing`),
    ...[...written.keys()].filter((name) => !read.includes(name)).map((name) => `${name} is not read`),
    ...[...written]
      .filter(([name, value]) => JSON.stringify(loadConfig({ [name]: value })) !== JSON.stringify(defaults))
      .map(([name]) => `${name} has another default`),
  ];
}

describe('.env.example', () => {
  it('lists every variable that is read, with its default', () => {
    expect(variablesRead().length).toBeGreaterThan(20);
    expect(mistakesOf(EXAMPLE)).toEqual([]);
  });

  it('says what each variable does', () => {
    const lines = EXAMPLE.split('\n');
    const bare = lines.filter((line, at) => variablesOf(line).size > 0 && !/^# .*\w/.test(lines[at - 1]!));
    const chained = lines.filter(
      (line, at) => variablesOf(line).size > 0 && variablesOf(lines[at - 1]!).size > 0,
    );
    expect([...bare, ...chained]).toEqual([]);
  });

  it('changes nothing when it is used as it is, and nothing when every default in it is set', () => {
    expect(EXAMPLE.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
    expect(loadConfig(Object.fromEntries(variablesOf(EXAMPLE)))).toEqual(loadConfig({}));
  });

  it('would be found out if it were stale', () => {
    expect(mistakesOf(EXAMPLE.replace(/^# PORT=.*\n/m, ''))).toEqual(['PORT is missing']);
    expect(mistakesOf(`${EXAMPLE}# OLD_SETTING=1\n`)).toEqual(['OLD_SETTING is not read']);
    expect(mistakesOf(EXAMPLE.replace('REFRESH_LEEWAY=10', 'REFRESH_LEEWAY=11'))).toEqual([
      'REFRESH_LEEWAY has another default',
    ]);
  });
});
