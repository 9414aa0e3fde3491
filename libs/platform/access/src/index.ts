export { newApiKey, secretHashOf, shownPartOf } from './api-key';
export { ApiKeys, type ApiKeySummary } from './api-keys';
export { credentialIn } from './credentials';
export { foreignReason, isLoopback } from './foreign-requests';
export { KEY_LIMITS, keyCommands, Scope } from './key-commands';
export { KeyDirectory, KEYS_CHANGED, type ValidKey } from './key-directory';
export { RateLimits, type Passage } from './rate-limits';
export { includesRole, Role, type Access } from './role';
export { signStreamToken, streamClaimsIn, type StreamClaims } from './stream-token';
