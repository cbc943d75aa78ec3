import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('the README states, before everything else, what is not there yet', () => {
  const text = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const [title, introduction, statement, first] = text.split(/\n{2,}/);
  expect(title).toBe('# Grantway');
  expect(introduction).toMatch(/^An OAuth 2\.0 authorization server/);
  expect(statement).toMatch(/^\*\*Not there yet\*\*/);
  expect(first).toMatch(/^- \S/);
});
