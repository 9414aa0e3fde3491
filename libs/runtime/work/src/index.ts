export { Sweeper, type WaitingWork } from './sweeper';
export type { FoundAgent, Work } from './work';
export { announceMessage, closeWork, control, enqueue, keepWork, workEffects } from './work-actions';
export { WorkQueue, type RunnableSessions, type RunnerAddress, type WorkSignals } from './work-queue';
