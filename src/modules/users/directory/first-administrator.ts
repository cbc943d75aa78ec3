import { PasswordPolicy } from '../passwords/password-policy.js';
import { checkNewUsername } from '../usernames/new-username.js';

/**
 * Why a first administrator could not be created, before anything is written; undefined members are fine.
 * @param password undefined when one will be generated
 */
export async function objectionsToFirstAdministrator(
  username: string,
  password: string | undefined,
  issuer: string,
): Promise<{ username: string | undefined; password: string | undefined }> {
  return {
    username: checkNewUsername(username.normalize('NFC')),
    password:
      password === undefined
        ? undefined
        : await PasswordPolicy.ofIssuer(issuer).objectionTo(password, [username]),
  };
}
