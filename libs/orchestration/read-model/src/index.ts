export { executionWireEvents } from './execution.wire';
export { executionFeedProjection } from './execution-feed/execution-feed.projection';
export { executionProjection, type ListedExecution } from './execution/execution.projection';
export { hasEnded, type ExecutionRow } from './execution/execution-row';
export type { ControlRow } from './execution/controls';
export type { PhaseRow } from './execution/phase-row';
export { messageProjection, type ListedMessage } from './message/message.projection';
export { workspaceProjection } from './workspace/workspace.projection';
export { workflowProjection, type ListedWorkflow, type WorkflowRow } from './workflow/workflow.projection';
