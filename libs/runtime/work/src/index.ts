export { Sweeper, type WaitingWork } from './sweeper';
export type { FoundAgent, HeldLimits, Work } from './work';
export { CheckpointNotes } from './checkpoint-notes';
export { announceMessage, closeWork, control, enqueue, keepWork, workEffects } from './work-actions';
export { workOverview } from './work-overview';
export { WorkQueue, type OfferedWork, type RunnableSessions, type RunnerAddress, type WorkSignals } from './work-queue';
