export { AuthModule } from './auth.module.js';
export { RemoteDirectory } from './directory-client/remote-directory.js';
export { ResourceOwnerAuthenticator, type SignInContext } from './resource-owner-authenticator.js';
export { GrantReview } from './user-changes/grant-review.js';
export { RecentReviews } from './user-changes/recent-reviews.js';
export { SubjectStatusOfDirectory } from './user-changes/subject-status-of-directory.js';
