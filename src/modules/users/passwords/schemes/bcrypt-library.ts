import { Overloaded } from '../../../../protocol/overloaded.js';

/** What this process uses of `@node-rs/bcrypt`. */
export interface BcryptLibrary {
  verify(password: string, hash: string): Promise<boolean>;
}

/** When to try again, in seconds: an operator has to install something first. */
const RETRY_AFTER = 60;

/** The library cannot be loaded here. A password is neither right nor wrong then, so the response is 503. */
export class BcryptUnavailable extends Overloaded {
  constructor(cause: unknown) {
    super(
      `bcrypt hashes cannot be compared: @node-rs/bcrypt cannot be loaded on ${process.platform}-${process.arch}. ` +
        'Users with such a hash cannot sign in. Install the dependencies on this platform (npm ci), ' +
        'or run this role on a platform that the package has a build for.',
      RETRY_AFTER,
    );
    this.cause = cause;
  }
}

/**
 * Loads the library with the first bcrypt hash: a platform without a build of it can serve all other users.
 * @returns a function that rejects with BcryptUnavailable when it cannot be loaded
 */
export function loadedOnFirstUse(load: () => Promise<BcryptLibrary>): () => Promise<BcryptLibrary> {
  let library: Promise<BcryptLibrary> | undefined;
  return async () => {
    library ??= load();
    try {
      return await library;
    } catch (error) {
      library = undefined;
      throw new BcryptUnavailable(error);
    }
  };
}

export const bcryptLibrary = loadedOnFirstUse(() => import('@node-rs/bcrypt'));
