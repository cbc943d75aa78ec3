import { scan } from 'secure-json-parse';
import { ProblemError } from '../../protocol/problem.js';

/** Deeper than any document needs, and far from what exhausts a stack. */
const MAX_DEPTH = 64;

/**
 * Parses untrusted JSON. Members are data and may have any name. Only members that a merge would write into a prototype
 * are refused: `__proto__`, and `prototype` in an object called `constructor`.
 * @throws ProblemError 400
 */
export function parseJson(body: Uint8Array): unknown {
  const value = parsed(body);
  if (typeof value !== 'object' || value === null) return value;
  refuseDeep(value);
  try {
    return scan(value);
  } catch {
    throw new ProblemError(
      400,
      'The JSON document has a member __proto__, or a member prototype in an object called constructor.',
    );
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new ProblemError(400, 'The request body is not valid JSON in UTF-8.');
  }
}

/** Walks level by level, so that a deep document costs no stack. */
function refuseDeep(root: object): void {
  let level: object[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new ProblemError(400, 'The JSON document nests too deep.');
    level = level.flatMap((value) => Object.values(value).filter(isObject));
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
