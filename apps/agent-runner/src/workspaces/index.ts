export { reapOrphans } from './orphans';
export { ProcessBackend } from './process.backend';
export { SandboxBackend } from './sandbox.backend';
export type {
  AgentInput,
  AgentProcess,
  AgentSignal,
  Argument,
  Backend,
  Exit,
  Limit,
  Limits,
  Probe,
  Workspace,
  WorkspaceSpec,
} from './workspace';
