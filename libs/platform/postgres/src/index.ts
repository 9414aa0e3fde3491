export { createPool, inTransaction } from './pool';
export { assertSchema, SCHEMA, UnknownSchema } from './schema';
