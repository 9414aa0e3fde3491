export { closeWork, control, enqueue, send, startTimer } from './action';
export { Effects } from './effects';
export { process } from './process';
export { PROCESSES } from './process-places';
export { ProcessRunner } from './process-runner';
export type { SendCommand } from './send-command';
export { Timers } from './timers';
