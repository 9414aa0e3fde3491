export { answerCalls } from './answer-calls';
export { DeadlineMissed, isOutOfMemory, type ThreadProgram } from './thread-run';
export { WorkerThread } from './worker-thread';
