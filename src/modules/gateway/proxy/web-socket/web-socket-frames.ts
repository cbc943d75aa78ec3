/** Why a WebSocket is closed. RFC 6455 §7.4.1. */
export const CLOSE_CODE = { goingAway: 1001, policyViolation: 1008 } as const;
export type CloseCode = (typeof CLOSE_CODE)[keyof typeof CLOSE_CODE];

/** A close frame of a server, which does not mask. RFC 6455 §5.5.1. @param reason up to 123 bytes */
export function closeFrame(code: CloseCode, reason: string): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return Buffer.concat([Buffer.from([0x88, payload.length]), payload]);
}

/**
 * Follows frames through a stream of bytes by their lengths alone, to know where one ends: only there another may be
 * put between them. RFC 6455 §5.2.
 */
export class FrameBoundaries {
  /** What is here of a header that is not complete. */
  private header = Buffer.alloc(0);
  private payloadLeft = 0;

  /** Whether the bytes so far end with a frame. */
  get isBetweenFrames(): boolean {
    return this.payloadLeft === 0 && this.header.length === 0;
  }

  pass(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.payloadLeft > 0) {
        const taken = Math.min(this.payloadLeft, rest.length);
        this.payloadLeft -= taken;
        rest = rest.subarray(taken);
      } else {
        rest = this.passHeader(rest);
      }
    }
  }

  private passHeader(bytes: Buffer): Buffer {
    const header = Buffer.concat([this.header, bytes.subarray(0, MAX_HEADER_BYTES)]);
    const length = headerLength(header);
    if (length === undefined || header.length < length) {
      this.header = header;
      return bytes.subarray(MAX_HEADER_BYTES);
    }
    const taken = length - this.header.length;
    this.header = Buffer.alloc(0);
    this.payloadLeft = payloadLength(header);
    return bytes.subarray(taken);
  }
}

const MAX_HEADER_BYTES = 14;

/** @returns undefined while the first two bytes, which say it, are not there */
function headerLength(header: Buffer): number | undefined {
  if (header.length < 2) return undefined;
  const mask = (header[1]! & 0x80) === 0 ? 0 : 4;
  const length = header[1]! & 0x7f;
  if (length < 126) return 2 + mask;
  return (length === 126 ? 4 : 10) + mask;
}

function payloadLength(header: Buffer): number {
  const length = header[1]! & 0x7f;
  if (length < 126) return length;
  return length === 126 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
}
