export { blockList } from './checked-address';
export { withForwarder } from './forwarder';
export { HostList } from './host-list';
export type { HoldReason } from './hold-gate';
export { removeSocket } from './socket-place';
export { LAUNCHERS, type RunningTools } from './running-tools';
export { RunnerRecorder } from './runner-recorder';
export type { SessionSocket } from './session-socket';
export { SessionSockets } from './session-sockets';
