import { createHash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { isOpenToAll } from '../../../../config/environment.js';

const LARGEST = 4 * 2 ** 20;

/** The files of one reading, remembered by their digests, so that it can be told whether another would find the same. */
export class FilesRead {
  private readonly digests = new Map<string, string>();

  /** @param secretFiles files and directories whose content must not become part of a route */
  constructor(private readonly secretFiles: readonly string[] = []) {}

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

  /**
   * A file that a route names.
   * @returns its text, or why it is not used; completes "<member> …"
   */
  named(file: string): { text: string } | { detail: string } {
    try {
      const text = this.text(file);
      const detail = this.objectionTo(realpathSync(file));
      return detail === undefined ? { text } : { detail };
    } catch {
      return { detail: 'names a file that cannot be read' };
    }
  }

  private objectionTo(path: string): string | undefined {
    if (isOpenToAll(path)) return 'names a file that every user may change: chmod o-w it';
    const isSecret = this.secretFiles.some((own) => {
      const real = realPathOf(own);
      return path === real || path.startsWith(real + sep);
    });
    return isSecret ? 'names a file in DATA_DIR, or one with a secret of this server' : undefined;
  }

  /** Contents are compared, not times: a directory is told of many things that change nothing. */
  haveChanged(): boolean {
    return [...this.digests].some(([file, digest]) => digestOf(contentOf(file)) !== digest);
  }
}

/** Of what is away, nothing can be read: any path will do. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
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
