export { expectRebuildEquals } from './rebuild';
