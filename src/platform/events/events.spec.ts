import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { Events } from './events.js';

class Renamed {
  constructor(readonly name: string) {}
}

class Removed {
  constructor(readonly id: number) {}
}

describe('events', () => {
  let events: Events;
  let lines: [message: string, fields: object][];
  let seen: string[];

  beforeEach(() => {
    lines = [];
    seen = [];
    const nothing = (): void => undefined;
    events = new Events({
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: (fields: object, message: string) => void lines.push([message, fields]),
    });
  });

  it('reach the handlers of their type, in order, and no others', async () => {
    events.on(Renamed, ({ name }) => void seen.push(`first ${name}`));
    events.on(Renamed, ({ name }) => void seen.push(`second ${name}`));
    events.on(Removed, ({ id }) => void seen.push(`removed ${id}`));
    events.publish(new Renamed('alice'));
    await events.onApplicationShutdown();
    expect(seen).toEqual(['first alice', 'second alice']);
    expect(() => events.publish(new Date())).not.toThrow();
  });

  it('let the publisher go on first', async () => {
    events.on(Renamed, () => void seen.push('handled'));
    events.publish(new Renamed('alice'));
    seen.push('published');
    await events.onApplicationShutdown();
    expect(seen).toEqual(['published', 'handled']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])(
    'are logged and reach the other handlers and the publisher unharmed when a handler %s',
    async (_, broken) => {
      events.on(Renamed, broken);
      events.on(Renamed, () => void seen.push('handled'));
      expect(() => events.publish(new Renamed('alice'))).not.toThrow();
      await events.onApplicationShutdown();
      expect(seen).toEqual(['handled']);
      expect(lines).toEqual([
        ['a handler of an event failed', { err: new Error('broken'), event: 'Renamed' }],
      ]);
    },
  );

  it('are handled to their end before the application stops', async () => {
    events.on(Renamed, async () => {
      await sleep(50);
      seen.push('handled');
    });
    events.publish(new Renamed('alice'));
    await events.onApplicationShutdown();
    expect(seen).toEqual(['handled']);
  });
});
