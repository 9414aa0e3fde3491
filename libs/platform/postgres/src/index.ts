export { instant } from './instant';
export { Leadership, type LeadershipOptions, type Term } from './leadership';
export { createPool } from './pool';
export { assertSchema, SCHEMA, UnknownSchema } from './schema';
export { classifyStoreError, type StoreErrorKind } from './store-error';
