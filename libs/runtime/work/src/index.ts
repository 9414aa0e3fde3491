export { Sweeper, type WaitingWork } from './sweeper';
export type { Work } from './work';
export { announceMessage, closeWork, control, enqueue, workEffects } from './work-actions';
export { WorkQueue, type RunnerAddress, type WorkSignals } from './work-queue';
