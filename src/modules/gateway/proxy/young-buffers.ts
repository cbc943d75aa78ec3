import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** After so many bytes of bodies, the buffers that carried them are collected. */
const COLLECTED_AFTER = 16 * 2 ** 20;

let uncollected = 0;

/**
 * To be told of every part of a body on its way.
 *
 * Each comes in a buffer outside V8's heap, which is let go when the small object that holds it is collected. V8 collects
 * young objects when there are many; these are few, so a hundred MiB of buffers lie about before it looks, and then it
 * looks through everything. Collecting only the young ones, and in time, costs a fraction of that.
 */
export function bodyPassed(bytes: number): void {
  uncollected += bytes;
  if (uncollected < COLLECTED_AFTER) return;
  uncollected = 0;
  collect({ type: 'minor' });
}

const collect = collector();

/** Node has it only behind a flag; with that, every context made has a global `gc`, and one is made here alone. */
function collector(): (options: { type: 'minor' }) => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as ReturnType<typeof collector>;
  setFlagsFromString('--no-expose-gc');
  return gc;
}
