export { boundedJson } from './bounded-json';
export { instant } from './instant';
export { Leadership, type LeadershipOptions, type Term } from './leadership';
export { migrationFile, migrationFiles } from './migration-files';
export { createPool } from './pool';
export { assertSchema, UnknownSchema } from './schema';
export { classifyStoreError, type StoreErrorKind } from './store-error';
