import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

const LARGEST = 4 * 2 ** 20;

/** The files of one reading, remembered by their digests, so that it can be told whether another would find the same. */
export class FilesRead {
  private readonly digests = new Map<string, string>();

  /** Absolute names of all that were asked for, also of those that are away. */
  get names(): string[] {
    return [...this.digests.keys()];
  }

  /**
   * @param file its absolute name
   * @throws Error with the code of the system, or EFBIG over 4 MiB
   */
  text(file: string): string {
    const content = contentOf(file);
    this.digests.set(file, digestOf(content));
    if (content instanceof Error) throw content;
    return content;
  }

  /** Contents are compared, not times: a directory is told of many things that change nothing. */
  haveChanged(): boolean {
    return [...this.digests].some(([file, digest]) => digestOf(contentOf(file)) !== digest);
  }
}

function contentOf(file: string): string | NodeJS.ErrnoException {
  try {
    if (statSync(file).size > LARGEST) return Object.assign(new Error('too large'), { code: 'EFBIG' });
    return readFileSync(file, 'utf8');
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

function digestOf(content: string | NodeJS.ErrnoException): string {
  const [kind, text] = content instanceof Error ? ['error', content.code ?? ''] : ['text', content];
  return createHash('sha256').update(`${kind}\n${text}`).digest('base64');
}
