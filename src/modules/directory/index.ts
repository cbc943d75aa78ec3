export { type Credentials, Directory, type SignInContext } from './directory.js';
export { RemoteDirectory } from './remote/remote-directory.js';
export {
  type NotSignedIn,
  SIGN_IN_REFUSAL_REASONS,
  type SignInOutcome,
  type SignInRefusalReason,
  refusalReason,
} from './sign-in-outcome.js';
