export { createPool, inTransaction } from './pool';
