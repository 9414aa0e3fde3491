export { dyingWithRunner } from './entrance';
export { marker, reapOrphans } from './orphans';
export { ProcessBackend } from './process.backend';
export { SandboxBackend } from './sandbox.backend';
export { unmountVolume } from './volume';
export { sendTo } from './workspace-processes';
export type { AgentProcess, AgentSignal, Argument, Backend, Exit, Limits, Workspace } from './workspace';
