export { executionWireEvents } from './execution.wire';
export { executionFeedProjection } from './execution-feed/execution-feed.projection';
export {
  executionProjection,
  hasEnded,
  type ExecutionRow,
  type ListedExecution,
} from './execution/execution.projection';
export type { PhaseRow } from './execution/phase-row';
export { workflowProjection, type ListedWorkflow, type WorkflowRow } from './workflow/workflow.projection';
