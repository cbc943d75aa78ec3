import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** So many bytes of bodies pass before the buffers that carried them are collected. */
const COLLECTED_EVERY = 16 * 2 ** 20;

let uncollected = 0;

/**
 * Counts a part of a body on its way, and every 16 MiB collects the buffers that such parts came in: decision 0010.
 *
 * Each comes in a buffer outside V8's heap, which is let go when the small object that holds it is collected. V8 collects
 * young objects when there are many; these are few, so a hundred MiB of buffers lie about before it looks, and then it
 * looks through everything. Collecting only the young ones, and in time, costs a fraction of that.
 */
export function countBodyBytes(bytes: number): void {
  uncollected += bytes;
  if (uncollected < COLLECTED_EVERY) return;
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
