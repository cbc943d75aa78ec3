import { describe, expect, it } from 'vitest';
import { reconnectDelay } from './reconnect-delay.js';

describe('the wait before another attempt to connect', () => {
  it('doubles up to two seconds', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 1000].map((attempts) => reconnectDelay(attempts, () => 1));
    expect(waits).toEqual([100, 200, 400, 800, 1600, 2000, 2000, 2000]);
  });

  it('is anything between half of that and all of it', () => {
    expect(reconnectDelay(3, () => 0)).toBe(400);
    expect(reconnectDelay(3, () => 0.5)).toBe(600);
    const waits = new Set(Array.from({ length: 50 }, () => reconnectDelay(10)));
    expect(waits.size).toBeGreaterThan(10);
  });
});
