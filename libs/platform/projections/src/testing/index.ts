export { rowsAfter } from './rows-after';
