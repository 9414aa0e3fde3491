export { Sweeper, type WaitingWork } from './sweeper';
export type { Control, NewWork, Work } from './work';
export { WorkQueue, type WorkSignals } from './work-queue';
