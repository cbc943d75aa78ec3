import { type Directory, signIn } from './directory.js';

/**
 * Asks once whether the directory takes the secret and the person of the environment, without which every check would
 * fail for a reason of its own.
 * @throws Error naming the variables that are refused; whatever else a directory answers is the checks' business
 */
export async function expectAccepted(directory: Directory): Promise<void> {
  const { status, json } = await signIn(directory, directory.person);
  if (status !== 401) return;
  throw new Error(
    json?.error === 'invalid_credentials'
      ? 'CONTRACT_USERNAME and CONTRACT_PASSWORD are refused.'
      : 'INTERNAL_SECRET is refused.',
  );
}
