import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { reservedAudiences } from '../../src/modules/gateway/routes/audience-conflicts.js';
import { FilesRead } from '../../src/modules/gateway/routes/file/files-read.js';
import { type RouteMistake, RoutesError } from '../../src/modules/gateway/routes/file/routes-error.js';
import { readRoutesFile } from '../../src/modules/gateway/routes/file/routes-file.js';
import type { Route } from '../../src/modules/gateway/routes/route.js';
import { OwnPaths } from '../../src/platform/http/own-paths.js';

export const ISSUER = 'https://gateway.example';
export const AUDIENCE = 'https://api.example';
export const IDENTITY_URL = 'https://identity.internal';

/** A folder for a routes file and what it names. */
export class RoutesFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'grantway-routes-'));
  readonly file = join(this.path, 'routes.yaml');

  /** Writes the routes file, or another one by its name in the folder. */
  write(text: string, name = 'routes.yaml'): string {
    const file = join(this.path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Writes the routes file and reads it as the gateway does. */
  read(text: string, ownPaths = new OwnPaths(), variables: Record<string, string> = {}): Route[] {
    const reserved = { apiUrl: undefined, identityUrl: IDENTITY_URL, identityAudience: `${ISSUER}/identity` };
    const context = {
      ...{ audience: AUDIENCE, issuer: ISSUER, ownPaths, files: new FilesRead() },
      reservedAudiences: reservedAudiences({ audience: AUDIENCE, ...reserved }),
      cleartextTargets: true,
      variables,
    };
    return readRoutesFile(this.write(text), context);
  }

  /** The mistakes of a routes file; one that has none fails the test. */
  mistakesOf(
    text: string,
    ownPaths = new OwnPaths(),
    variables: Record<string, string> = {},
  ): readonly RouteMistake[] {
    try {
      this.read(text, ownPaths, variables);
    } catch (error) {
      if (error instanceof RoutesError) return error.mistakes;
      throw error;
    }
    throw new Error('The file has no mistake.');
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A file of one route to `http://upstream`, with these members besides. */
export function aFileWith(members: string): string {
  return `routes:\n- { id: a, path: /a/**, upstream: "http://upstream", ${members} }\n`;
}

/** A file of one route whose upstream has these members besides. */
export function aFileWithUpstream(members: string, path = '/a/**'): string {
  return `routes:\n- { id: a, path: ${path}, upstream: { targets: ["https://upstream"], ${members} } }\n`;
}
