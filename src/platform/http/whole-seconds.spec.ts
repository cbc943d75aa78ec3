import { expect, it } from 'vitest';
import { wholeSeconds } from './whole-seconds.js';

it('a time to wait is whole seconds, at least one, and none too early', () => {
  expect([-5, 0, 1, 999, 1000, 1001].map(wholeSeconds)).toEqual([1, 1, 1, 1, 1, 2]);
});
