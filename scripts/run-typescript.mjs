// Lets a command line that is not ours read the sources as they are: `node --import ./scripts/run-typescript.mjs …`.
// Node strips types by itself, but compiles no decorators and does not look for app.module.ts under app.module.js.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (/^[.]{1,2}\/.*[.]js$/.test(specifier) && context.parentURL?.endsWith('.ts')) {
      return nextResolve(specifier.replace(/js$/, 'ts'), context);
    }
    return nextResolve(specifier, context);
  },
  load(url, context, nextLoad) {
    if (!url.endsWith('.ts')) return nextLoad(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), { filename, sourceMaps: 'inline' });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
