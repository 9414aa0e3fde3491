export { boundedJson } from './bounded-json';
export { instant } from './instant';
export { Leadership, type LeadershipOptions, type Term } from './leadership';
export { cutPage, ListOrder, malformedCursor, type ListPlace, type Ordered, type OrderValues } from './list-order';
export { migrationFile, migrationFiles } from './migration-files';
export { createPool } from './pool';
export { assertSchema, UnknownSchema } from './schema';
export { classifyStoreError, type StoreErrorKind } from './store-error';
