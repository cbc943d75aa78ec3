import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'deploy/*.md', 'examples/*/README.md'], {
  cwd: ROOT,
});

/** What lets zsh skip comments of lines that are pasted; elsewhere it does nothing. */
const FIRST_LINE = 'setopt interactivecomments 2>/dev/null || true';

const shellBlocksOf = (text: string): string[] =>
  [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);

/** Comments of shell blocks with a character that means something to a shell which does not skip them, as zsh when typed to. */
function activeCommentsIn(text: string): string[] {
  const lines = shellBlocksOf(text).flatMap((block) => block.split('\n'));
  return lines.filter((line) => /^\s*#.*['"`$\\;&|<>()[\]{}*?~!]/.test(line));
}

/** Blocks to be pasted whole that do not begin with what zsh needs. */
function unpreparedBlocksIn(text: string): string[] {
  const marked = [...text.matchAll(/^<!-- ([a-z]+):begin -->\s+```sh\n(.*)$/gm)];
  return marked.filter(([, , first]) => first !== FIRST_LINE).map(([, name]) => name!);
}

describe('lines of documents that are pasted into a shell', () => {
  it('are found', () => {
    const named = DOCUMENTS.filter(
      (name) => shellBlocksOf(readFileSync(resolve(ROOT, name), 'utf8')).length > 0,
    );
    expect(named).toEqual(
      expect.arrayContaining(['README.md', 'docs/gateway.md', 'examples/identity-server/README.md']),
    );
  });

  it.each(DOCUMENTS)('of %s have comments that no shell takes for more than words', (name) => {
    expect(activeCommentsIn(readFileSync(resolve(ROOT, name), 'utf8'))).toEqual([]);
  });

  it.each(DOCUMENTS)('of %s begin so that zsh skips their comments', (name) => {
    expect(unpreparedBlocksIn(readFileSync(resolve(ROOT, name), 'utf8'))).toEqual([]);
  });

  it.each(["'", '"', '`', ';', '>', '(', '*', '?', '$', '!'])('are caught with %s in a comment', (mark) => {
    const comment = `  # the gateway${mark}s`;
    expect(activeCommentsIn(`\`\`\`sh\nls\n${comment}\n\`\`\`\n`)).toEqual([comment]);
  });

  it('are caught without their first line', () => {
    expect(unpreparedBlocksIn('<!-- walk:begin -->\n\n```sh\nls\n```\n')).toEqual(['walk']);
  });
});
