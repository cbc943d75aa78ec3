import { styleText } from 'node:util';
import type { DestinationStream } from 'pino';

type Style = Parameters<typeof styleText>[0];

const LEVELS: Readonly<Record<number, { name: string; style: Style }>> = {
  10: { name: 'TRACE', style: 'gray' },
  20: { name: 'DEBUG', style: 'gray' },
  30: { name: 'INFO', style: 'green' },
  40: { name: 'WARN', style: 'yellow' },
  50: { name: 'ERROR', style: 'red' },
  60: { name: 'FATAL', style: 'red' },
};

/** What a terminal acts upon, or shows in another order than it was sent in: control and bidirectional characters. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Passes each line of the log on in a readable form for a terminal. Colours are left out if `NO_COLOR` is set, or the
 * terminal has none.
 */
export function readable(terminal: DestinationStream): DestinationStream {
  return { write: (line) => terminal.write(`${readableLine(line)}\n`) };
}

/**
 * Time of day, level, one sentence, then the fields that the sentence does not name. Text that is not a log line is
 * returned unchanged.
 */
export function readableLine(line: string): string {
  const entry = entryOf(line);
  if (entry === undefined) return line.trimEnd();
  const { level, time, msg, err, ...fields } = entry;
  const { name, style } = LEVELS[level] ?? { name: String(level), style: 'gray' };
  const { sentence, rest } = sentenceOf(msg, fields);
  const parts = [
    styleText('gray', timeOfDay(time)),
    styleText(style, name.padEnd(5)),
    [printable(sentence), ...Object.entries(rest).map(field)].join('  '),
  ];
  return [parts.join(' '), ...linesOfError(err)].join('\n');
}

/** The message of a line of the log; undefined where it is none. */
export function messageOf(line: string): string | undefined {
  return entryOf(line)?.msg;
}

interface Entry {
  level: number;
  time: number;
  msg: string;
  err?: { type?: string; message?: string; code?: string; detail?: string; stack?: string };
  [field: string]: unknown;
}

function entryOf(line: string): Entry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<Entry> | null;
    const isEntry =
      typeof entry?.level === 'number' && typeof entry.time === 'number' && typeof entry.msg === 'string';
    return isEntry ? (entry as Entry) : undefined;
  } catch {
    return undefined;
  }
}

/** A request is its own sentence; everything else was logged with one. */
function sentenceOf(
  msg: string,
  fields: Record<string, unknown>,
): { sentence: string; rest: Record<string, unknown> } {
  if (msg !== 'request') return { sentence: msg, rest: fields };
  const { method, route, forwarded_by: forwardedBy, status, ms, ...rest } = fields;
  const where = forwardedBy === undefined ? text(route ?? '(no route)') : `by route ${text(forwardedBy)}`;
  return { sentence: `${text(method)} ${where} ${text(status)} in ${text(ms)} ms`, rest };
}

function field([name, value]: [string, unknown]): string {
  return styleText('gray', `${name}=${printable(text(value))}`);
}

function text(value: unknown): string {
  return typeof value === 'string' && /^\S+$/.test(value) ? value : (JSON.stringify(value) ?? 'undefined');
}

function linesOfError(err: Entry['err']): string[] {
  if (err === undefined) return [];
  const summary = [err.type, err.code, err.message, err.detail].filter(Boolean).join(': ');
  const frames = err.stack?.split('\n').map((frame) => styleText('gray', printable(frame))) ?? [];
  return [`    ${printable(summary)}`, ...frames];
}

function timeOfDay(time: number): string {
  const date = new Date(time);
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Requests choose some of the logged text, which must not control the reader's terminal. */
function printable(content: string): string {
  return content.replace(
    UNPRINTABLE,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}
