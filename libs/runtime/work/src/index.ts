export { Sweeper, type WaitingWork } from './sweeper';
export type { Work } from './work';
export { closeWork, control, enqueue, workEffects } from './work-actions';
export { WorkQueue, type RunnerAddress, type WorkSignals } from './work-queue';
