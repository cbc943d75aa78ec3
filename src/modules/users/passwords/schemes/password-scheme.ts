/** A password hash that has been read and found usable. */
export interface PasswordHash {
  /** The canonical notation: every hash has one, and this one is stored. */
  readonly text: string;

  /** What its cost depends on besides the parameters: hashes of one scheme and cost take the same time. */
  readonly scheme: string;

  /**
   * Estimated work of one comparison, in units of a hash made today. The same on every machine, so that an import
   * either works on all of them or on none; docs/decisions/0016 has the measurements.
   */
  readonly cost: number;

  /** Compares a normalised password. Rejects when the library cannot use the hash. */
  verify(password: string): Promise<boolean>;

  /** Whether `verify` compares all of a password; without this method it does so with every password. */
  comparesWhole?(password: string): boolean;
}

/** One way to hash passwords: what its hashes look like, and how a password is compared with one. */
export interface PasswordScheme {
  /** Whether a hash is of this scheme, by its prefix alone. */
  matches(hash: string): boolean;

  /**
   * Reads a hash in a notation of this scheme.
   * @throws UnusableHash when it is malformed, or needs more time or memory than any sign-in may take
   */
  read(hash: string): PasswordHash;
}

/** A hash that cannot be used. The message is a sentence for the administrator and never repeats the hash. */
export class UnusableHash extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnusableHash';
  }
}
