/** Where in a document of maps and lists. */
export type Place = readonly (string | number)[];

/** Something wrong with a document, before it is known where in the text that is. */
export interface Finding {
  place: Place;
  /** Completes "<member> …"; never has a value of the file. */
  detail: string;
}

/** Something wrong with the routes file. */
export interface RouteMistake {
  /** Counted from 1; undefined where the file could not be read. */
  line: number | undefined;
  column: number | undefined;
  /** RFC 6901. */
  pointer: string;
  detail: string;
}

/** Every mistake of the routes file at once, by place and never by value. */
export class RoutesError extends Error {
  constructor(readonly mistakes: readonly RouteMistake[]) {
    super(
      `The routes file is not usable:\n${mistakes.map((mistake) => `  - ${lineOf(mistake)}`).join('\n')}`,
    );
    this.name = 'RoutesError';
  }

  /** Each mistake for a list with mistakes of other settings. */
  get lines(): string[] {
    return this.mistakes.map((mistake) =>
      mistake.line === undefined ? lineOf(mistake) : `ROUTES_FILE, ${lineOf(mistake)}`,
    );
  }
}

function lineOf({ line, column, pointer, detail }: RouteMistake): string {
  const position = line === undefined ? [] : [`line ${line}, column ${column}`];
  const place = [...position, ...(pointer === '' ? [] : [pointer])].join(', ');
  return place === '' ? `the file that ROUTES_FILE names ${detail}` : `${place}: ${detail}`;
}

/** RFC 6901 §3: `~` and `/` are escaped. */
export function pointerOf(place: Place): string {
  return place.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
