export { closeWork, control, enqueue, send, startTimer, stopTimer, type Action, type AddressedCommand } from './action';
export { Effects } from './effects';
export { process, type Process } from './process';
export { PlaceLost, ProcessRunner, type ProcessRunnerOptions } from './process-runner';
export type { SendCommand } from './send-command';
export { Timers } from './timers';
