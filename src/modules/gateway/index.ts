export { GatewayModule } from './gateway.module.js';
export { UpstreamDocuments } from './documents/upstream-documents.js';
export { GatewayEdge } from './http/gateway-edge.js';
export { ChangedUsers } from './user-changes/changed-users.js';
export { IdentityAssertions } from './identity/identity-assertions.js';
export { RoutesError } from './routes/file/routes-error.js';
export { routesFileMistakes } from './routes/routes-check.js';
