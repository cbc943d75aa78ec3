export { GatewayModule } from './gateway.module.js';
export { UpstreamDocuments } from './documents/upstream-documents.js';
export { GatewayEdge } from './http/gateway-edge.js';
export { IdentityAssertions } from './identity/identity-assertions.js';
