import { readFileSync, statSync } from 'node:fs';
import { isSecretSetting } from './secret-settings.js';

/** The variables a process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Every mistake of the configuration at once, by variable name and never by value. */
export class ConfigurationError extends Error {
  constructor(readonly mistakes: readonly string[]) {
    super(`The configuration is not usable:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
    this.name = 'ConfigurationError';
  }
}

/**
 * Reads variables by name and collects what is wrong with them, so that an operator mends everything in one go.
 * `X_FILE` reads the value of `X` from a file, for secrets that are mounted. An empty value counts as unset, an empty file
 * is a mistake.
 */
export class EnvironmentReader {
  readonly mistakes: string[] = [];

  constructor(private readonly environment: Environment) {}

  /** Every variable that is set, but for the secrets of this server. */
  variables(): Record<string, string> {
    const isShown = (entry: [string, string | undefined]): entry is [string, string] =>
      entry[1] !== undefined && entry[1] !== '' && !isSecretSetting(entry[0]);
    return Object.fromEntries(Object.entries(this.environment).filter(isShown));
  }

  /** The files that secrets of this server are read from, as they are named. */
  secretFiles(): string[] {
    return Object.entries(this.environment).flatMap(([name, file]) =>
      file && name.endsWith('_FILE') && isSecretSetting(name.slice(0, -'_FILE'.length)) ? [file] : [],
    );
  }

  text(name: string): string | undefined {
    const value = this.environment[name];
    const file = this.environment[`${name}_FILE`];
    if (!file) return value === '' ? undefined : value;
    if (value) {
      this.mistakes.push(`${name} and ${name}_FILE are both set; keep one.`);
      return undefined;
    }
    const content = contentOf(file);
    // A certificate or a secret that was not mounted must not switch off what it was meant for.
    if (content === '') this.mistakes.push(`${name}_FILE names a file that is empty.`);
    if (content === undefined) this.mistakes.push(`${name}_FILE names a file that cannot be read.`);
    if (content && isOpenToAll(file)) {
      this.mistakes.push(`${name}_FILE names a file that every user may change: chmod o-w it.`);
    }
    return content || undefined;
  }

  integer(name: string, fallback: number, range: { from: number; to: number }): number {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.from && number <= range.to) return number;
    this.mistakes.push(`${name} must be a whole number from ${range.from} to ${range.to}.`);
    return fallback;
  }

  choice<T extends string>(name: string, fallback: T, choices: readonly T[]): T {
    const value = this.text(name);
    if (value === undefined) return fallback;
    if ((choices as readonly string[]).includes(value)) return value as T;
    this.mistakes.push(`${name} must be one of ${choices.join(', ')}.`);
    return fallback;
  }

  /** A comma-separated list; `accepts` says whether an entry is good. */
  list(name: string, accepts: (entry: string) => boolean, form: string): string[] {
    const entries = (this.text(name) ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
    if (!entries.every(accepts)) this.mistakes.push(`${name} must be a comma-separated list of ${form}.`);
    return entries;
  }

  /** Reports a mistake about a variable unless the condition holds. */
  demand(condition: boolean, mistake: string): void {
    if (!condition) this.mistakes.push(mistake);
  }

  /** @throws ConfigurationError when anything was wrong */
  finish(): void {
    if (this.mistakes.length > 0) throw new ConfigurationError(this.mistakes);
  }
}

/** Windows has lists of access rights instead, and a pipe has no owner to protect. */
export function isOpenToAll(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return process.platform !== 'win32' && found?.isFile() === true && (found.mode & 0o002) !== 0;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}
