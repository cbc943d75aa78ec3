import { beforeEach, describe, expect, it } from 'vitest';
import { OutageLog } from './outage-log.js';

describe('the log of an outage', () => {
  let nowMs: number;
  let lines: [message: string, fields: object][];
  let outage: OutageLog;

  beforeEach(() => {
    nowMs = 0;
    lines = [];
    const write = (fields: object, message: string): void => void lines.push([message, fields]);
    outage = new OutageLog({ debug: write, info: write, warn: write, error: write }, 'Redis', () => nowMs);
  });

  it('is empty as long as nothing fails', () => {
    outage.succeeded();
    expect(lines).toEqual([]);
  });

  it('is one line when it begins, with the first error, and one when it has ended', () => {
    const first = new Error('first');
    outage.failed(first);
    for (let request = 0; request < 1000; request++) outage.failed(new Error('again'));
    nowMs = 5_000;
    outage.succeeded();
    outage.succeeded();
    expect(lines).toEqual([
      ['Redis cannot be used', { err: first }],
      ['Redis can be used again', { failures: 1001 }],
    ]);
  });

  it('takes what works now and then for part of the outage, until nothing has failed for a second', () => {
    for (; nowMs < 60_000; nowMs += 100) {
      outage.failed(new Error('one key'));
      outage.succeeded();
    }
    expect(lines).toHaveLength(1);
    nowMs += 1_000;
    outage.succeeded();
    expect(lines).toHaveLength(2);
  });

  it('has a line for each outage', () => {
    for (let outages = 0; outages < 3; outages++) {
      outage.failed(new Error('away'));
      nowMs += 2_000;
      outage.succeeded();
    }
    expect(lines.map(([message]) => message)).toEqual(
      Array(3).fill(['Redis cannot be used', 'Redis can be used again']).flat(),
    );
  });
});
