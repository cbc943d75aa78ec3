import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const MAP = readFileSync(join(ROOT, 'docs/rfc-map.md'), 'utf8');

/** What is wrong with a row: paths in back-ticks must exist, quoted titles must stand in the row's test file. */
function mistakesOf(row: string): string[] {
  const paths = [...row.matchAll(/`([\w./-]+\.(?:ts|mjs))`/g)].map(([, path]) => path!);
  const missing = paths.filter((path) => !existsSync(join(ROOT, path))).map((path) => `${path} is gone`);
  if (missing.length > 0) return missing;
  const tests = paths.filter((path) => path.startsWith('test/') || path.endsWith('.spec.ts'));
  if (tests.length === 0) return ['names no test'];
  const text = tests.map((path) => readFileSync(join(ROOT, path), 'utf8')).join('\n');
  return [...row.matchAll(/“([^”]+)”/g)]
    .map(([, title]) => title!)
    .filter((title) => !text.includes(title))
    .map((title) => `no test is called “${title}”`);
}

function rowsOf(markdown: string): string[] {
  const tables = markdown.split('\n').filter((line) => line.startsWith('| '));
  return tables.filter((line) => !/^\| (RFC section|no\.|-+) /.test(line));
}

describe('docs/rfc-map.md', () => {
  it('maps a good many sections', () => {
    expect(rowsOf(MAP).length).toBeGreaterThan(60);
  });

  it.each(rowsOf(MAP).map((row) => ({ row, name: row.slice(2, 60) })))('has a true row: $name', ({ row }) => {
    expect(mistakesOf(row)).toEqual([]);
  });

  it('would be found out with a row that has gone stale', () => {
    expect(mistakesOf('| RFC 1 §1 | x | `src/gone.ts` | `test/support/server.ts` |')).toEqual([
      'src/gone.ts is gone',
    ]);
    // Put together here, or this very file would hold the title.
    const title = ['never', 'written'].join(' ');
    expect(mistakesOf(`| RFC 1 §1 | x | \`test/architecture/rfc-map.spec.ts\` “${title}” |`)).toEqual([
      `no test is called “${title}”`,
    ]);
    expect(mistakesOf('| RFC 1 §1 | x | `src/main.ts` |')).toEqual(['names no test']);
  });
});
