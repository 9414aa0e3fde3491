export { DockerBackend } from './docker/docker.backend';
export type { DefaultLimits } from './limits';
export { withParentDeathSignal } from './launch-command';
export { marker, reapOrphans } from './orphans';
export { PATH } from './programs';
export { KubernetesBackend } from './kubernetes/kubernetes.backend';
export { ProcessBackend } from './process.backend';
export { SandboxBackend } from './sandbox.backend';
export { replaceFile } from './replace-file';
export { hasVolume, unmountVolume } from './volume';
export { signalProcess } from './workspace-processes';
export type {
  AgentProcess,
  AgentStdin,
  AgentSignal,
  Argument,
  Backend,
  Exit,
  OutOfMemory,
  Limit,
  Limits,
  Workspace,
  WorkspaceSpec,
} from './workspace';
export { removeTree } from './remove-tree';
