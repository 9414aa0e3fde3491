export { cancelExecution, pauseExecution, resumeExecution, retryExecution } from './workflow-execution/control';
export {
  approvePhase,
  completePhase,
  failPhase,
  holdPhase,
  interruptPhase,
  parkPhase,
  rejectPhase,
  requeuePhase,
  startPhase,
  stopPhase,
} from './workflow-execution/phases';
export { startExecution, type Capabilities } from './workflow-execution/start-execution';
export { workOrderOf } from './workflow-execution/work-order';
export { WorkflowExecution } from './workflow-execution/workflow-execution';
export { archiveWorkflow, createWorkflow, updatePhasePrompt, WorkflowTemplate } from './workflow-template';
export { createWorkspace, terminateWorkspace, Workspace } from './workspace';
