export { newApiKey, secretHashOf, shownPartOf } from './api-key';
export { ApiKeys, type ApiKeySummary } from './api-keys';
export { KEY_LIMITS, keyCommands, Scope } from './key-commands';
export { KeyDirectory, KEYS_CHANGED, type ValidKey } from './key-directory';
export { includesRole, Role, type Access } from './role';
