export { AgentConfiguration, PROVIDERS, type ProviderName } from './agent-configuration';
export { AgentDocument, agentOf } from './agent-document';
export {
  MAX_MESSAGE_BYTES,
  MAX_WAITING_MESSAGES,
  MessageId,
  MessageRole,
  MessageText,
  takesMessages,
  type AgentMessage,
} from './message';
export { Checkpoint } from './checkpoint';
export { EgressHost } from './egress-host';
export { MAX_LIMIT_SECONDS } from './model-limit';
export { deviationOf } from './output-schema';
export {
  AuthoredInput,
  authoredPhase,
  AuthoredRetries,
  hasPromptText,
  NO_PROMPT_TEXT,
  optional,
  phaseOf,
  retriesOf,
  type AuthoredPhase,
} from './authored-phase';
export { Amount, amountOf, Budget, BudgetDocument, BudgetKind, budgetNumbers, budgetOf, OnExceeded } from './budget';
export { budget, type BudgetVerdict } from './budget.contract';
export {
  fillPlaceholders,
  inputNames,
  unknownPlaceholders,
  type PlatformValues,
  type UnknownPlaceholder,
} from './placeholders';
export {
  GITHUB_COM,
  GithubServer,
  GithubUrl,
  isOnDisk,
  RepositoryReference,
  repositoryName,
  withoutCredentials,
} from './repository';
export { runningScope } from './running-scope';
export { SecretName, type Setup } from './setup';
export {
  Control,
  forksOf,
  MAX_COLLECTED,
  MAX_ORDER_BYTES,
  work,
  WorkHint,
  WorkOrder,
  WorkspaceLimits,
  type AgentProgram,
  type InputPage,
  type MessagePage,
  type RenewedWork,
} from './work.contract';
export {
  MAX_INPUTS,
  NewPhase,
  newWorkflow,
  Prompt,
  WorkflowClassification,
  WorkflowDefinition,
  WorkflowType,
} from './workflow-definition';
export {
  workflowExecution,
  type ExecutionCommands,
  type ExecutionEvent,
  type ExecutionEvents,
} from './workflow-execution.contract';
export {
  inputsWithTask,
  MAX_ARTIFACT_IDS,
  type ExecutablePhase,
  type ForkOf,
  type RecordedPhase,
  type TakenOverPhase,
  type YieldPoint,
} from './workflow-execution.shapes';
export {
  workflowTemplate,
  type WorkflowCommands,
  type WorkflowEvent,
  type WorkflowEvents,
} from './workflow-template.contract';
export { packageOf, type PackageFiles, type PackageFormat } from './workflow-package';
export { parseWorkflowYaml, type DocumentPackage, type ParsedWorkflow, type YamlFault } from './workflow-yaml';
export { workspaceIdOf } from './workspace-id';
export { workspace, type WorkspaceCommands, type WorkspaceEvent } from './workspace.contract';
