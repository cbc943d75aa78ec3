export { AuthModule } from './auth.module.js';
export { GrantReview } from './user-changes/grant-review.js';
export { RecentReviews } from './user-changes/recent-reviews.js';
export { DirectorySubjectStatus } from './user-changes/directory-subject-status.js';
