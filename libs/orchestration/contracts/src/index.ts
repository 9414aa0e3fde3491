export { AgentConfiguration, PROVIDERS, type ProviderName } from './agent-configuration';
export { AgentDocument, agentOf } from './agent-document';
export { orchestrationCommands } from './orchestration.commands';
export { githubRepository, isCloneable, isOnDisk, repositoryUrl } from './repository';
export {
  ClaimedWork,
  ClaimWork,
  Control,
  ReleaseWork,
  RenewedWork,
  RenewWork,
  workCommands,
  WorkHint,
  WorkOrder,
} from './work-order';
export {
  InputDeclaration,
  PhaseDefinition,
  WorkflowClassification,
  WorkflowDefinition,
  WorkflowType,
} from './workflow-definition';
export { parseWorkflowYaml, type ParsedWorkflow, type YamlFault } from './workflow-yaml';
export * from './workflow-execution.commands';
export * from './workflow-execution.events';
export { ArchiveWorkflow, CreateWorkflow, UpdatePhasePrompt } from './workflow-template.commands';
export {
  workflowTemplateEvents,
  type WorkflowArchived,
  type WorkflowCreated,
  type WorkflowPhaseUpdated,
  type WorkflowTemplateEvent,
} from './workflow-template.events';
export { workspaceIdOf } from './workspace-id';
export { CreateWorkspace, TerminateWorkspace } from './workspace.commands';
export {
  workspaceEvents,
  type WorkspaceCreated,
  type WorkspaceEvent,
  type WorkspaceTerminated,
} from './workspace.events';
