export { GatewayModule } from './gateway.module.js';
export { GatewayEdge } from './http/gateway-edge.js';
export { UpstreamDocuments } from './http/upstream-documents.js';
export { IdentityAssertions } from './identity/identity-assertions.js';
export { ActiveRoutes } from './routes/active-routes.js';
