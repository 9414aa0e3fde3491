export { recordingsFolder, recordingsIn, type Recording } from './recordings';
