import { describe, expect, it } from 'vitest';
import { ResponseHead } from './response-head.js';

/** The bytes of one response, read in chunks of that size. */
function readIn(size: number, bytes: string): string {
  const head = new ResponseHead();
  const all = Buffer.from(bytes, 'latin1');
  for (let at = 0; at < all.length; at += size) head.read(all.subarray(at, at + size));
  return all.toString('latin1');
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n';

describe.each([1, 3, 4096])('the head of a response in chunks of %i bytes', (size) => {
  it('has 102 in place of each 100, and nothing else changed', () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </100>\r\n\r\n';
    const told = `HTTP/1.1 100 Continue\r\nX-A: HTTP/1.1 100 \r\n\r\n${hints}HTTP/1.1 100\r\n\r\n${OK}`;
    expect(readIn(size, told)).toBe(
      `HTTP/1.1 102 Continue\r\nX-A: HTTP/1.1 100 \r\n\r\n${hints}HTTP/1.1 102\r\n\r\n${OK}`,
    );
  });

  it.each([
    ['a body', `${OK}HTTP/1.1 100 Continue\r\n\r\n`],
    ['a body after an interim response', `HTTP/1.1 102 Processing\r\n\r\n${OK}\r\n\r\nHTTP/1.1 100 Continue`],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'],
    ['a longer code', 'HTTP/1.1 500 100 \r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'],
  ])('leaves %s alone', (_, told) => {
    expect(readIn(size, told)).toBe(told);
  });

  it('finds the status line behind line breaks that some servers leave there', () => {
    expect(readIn(size, `HTTP/1.1 102 Processing\n\n\r\nHTTP/1.1 100 Continue\n\n${OK}`)).toBe(
      `HTTP/1.1 102 Processing\n\n\r\nHTTP/1.1 102 Continue\n\n${OK}`,
    );
  });
});
