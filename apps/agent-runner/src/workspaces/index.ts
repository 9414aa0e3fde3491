export { reapOrphans } from './orphans';
export { ProcessBackend } from './process.backend';
export { SandboxBackend } from './sandbox.backend';
export type { AgentProcess, AgentSignal, Argument, Backend, Exit, Limits, Workspace } from './workspace';
