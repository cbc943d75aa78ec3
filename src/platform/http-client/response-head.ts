const LF = 0x0a;
const CR = 0x0d;
const ONE = 0x31;
const TWO = 0x32;

/** Where the status code stands in `HTTP/1.1 200`, and where it ends. */
const STATUS_CODE_AT = 9;
const STATUS_CODE_END = 12;

/**
 * Reads the bytes of one response up to its final status code, in chunks of any size. undici 8 destroys the connection
 * of an unexpected 100 (Continue), while it passes over any other interim response. RFC 9110 §15.2 requires skipping
 * every one, so a 100 becomes a 102 here: one byte, in a status line that is never forwarded.
 */
export class ResponseHead {
  private isFinal = false;
  /** Whether the header of an interim response is being passed over. */
  private isInterim = false;
  /** Characters of the current line, up to the status code of a status line. */
  private column = 0;
  private statusCode = '';

  /** @param chunk changed in place where it has the code 100 */
  read(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.isFinal; at++) {
      if (this.isInterim) this.passOver(chunk[at]!);
      else this.readStatusLine(chunk, at);
    }
  }

  private readStatusLine(chunk: Uint8Array, at: number): void {
    const byte = chunk[at]!;
    if (this.column === 0 && (byte === CR || byte === LF)) return;
    if (this.column >= STATUS_CODE_AT) this.statusCode += String.fromCharCode(byte);
    this.column += 1;
    if (this.column < STATUS_CODE_END) return;
    if (this.statusCode === '100') chunk[at] = TWO;
    // What follows a 101 is another protocol.
    this.isInterim = this.statusCode.charCodeAt(0) === ONE && this.statusCode !== '101';
    this.isFinal = !this.isInterim;
    this.statusCode = '';
  }

  /** An empty line ends the header; the next status line follows. */
  private passOver(byte: number): void {
    if (byte === CR) return;
    if (byte !== LF) {
      this.column += 1;
    } else if (this.column === 0) {
      this.isInterim = false;
    } else {
      this.column = 0;
    }
  }
}
