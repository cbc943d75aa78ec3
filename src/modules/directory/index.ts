export { Directory, type SignInContext } from './directory.js';
export { RemoteDirectory } from './remote/remote-directory.js';
