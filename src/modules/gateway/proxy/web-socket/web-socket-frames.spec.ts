import { describe, expect, it } from 'vitest';
import { FrameBoundaries, closeFrame } from './web-socket-frames.js';

/** A frame of a server, or of a client where it is masked. */
function frame(payload: number, { mask = false } = {}): Buffer {
  const length =
    payload < 126
      ? Buffer.from([payload])
      : payload < 65_536
        ? Buffer.concat([Buffer.from([126]), uint(payload, 2)])
        : Buffer.concat([Buffer.from([127]), uint(payload, 8)]);
  if (mask) length[0]! |= 0x80;
  return Buffer.concat([
    Buffer.from([0x82]),
    length,
    Buffer.alloc(mask ? 4 : 0),
    Buffer.alloc(payload, 0xff),
  ]);
}

function uint(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, Math.max(0, bytes - 6), Math.min(6, bytes));
  return buffer;
}

describe('the boundaries of frames', () => {
  const frames = [0, 1, 125, 126, 127, 65_535, 65_536].flatMap((payload) => [
    frame(payload),
    frame(payload, { mask: true }),
  ]);

  it('are seen after each whole frame and nowhere else, however the bytes come', () => {
    for (const step of [1, 2, 3, 7, 4096, 1e6]) {
      const boundaries = new FrameBoundaries();
      for (const bytes of frames) {
        for (let at = 0; at < bytes.length; at += step) {
          if (boundaries.isBetweenFrames === at > 0) throw new Error(`wrong at ${at}, by ${step}`);
          boundaries.pass(bytes.subarray(at, at + step));
        }
        expect(boundaries.isBetweenFrames).toBe(true);
      }
    }
  });

  it('are seen when many frames come at once, and not in the middle of the last', () => {
    const boundaries = new FrameBoundaries();
    boundaries.pass(Buffer.concat([...frames, frame(10).subarray(0, 5)]));
    expect(boundaries.isBetweenFrames).toBe(false);
    boundaries.pass(frame(10).subarray(5));
    expect(boundaries.isBetweenFrames).toBe(true);
  });
});

describe('a close frame', () => {
  it('has code and reason, unmasked', () => {
    expect(closeFrame(1008, 'end')).toEqual(Buffer.from([0x88, 5, 0x03, 0xf0, 0x65, 0x6e, 0x64]));
  });
});
