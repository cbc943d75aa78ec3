export { AuthModule } from './auth.module.js';
export { GrantReview } from './user-changes/grant-review.js';
export { RecentReviews } from './user-changes/recent-reviews.js';
export { SubjectStatusOfDirectory } from './user-changes/subject-status-of-directory.js';
