export { WorkflowExecution } from './workflow-execution/aggregate';
export { actionOf, changeBudget, exceedBudget } from './workflow-execution/budget';
export { messagePageOf } from './workflow-execution/messages';
export { failPhase, startPhase } from './workflow-execution/phases';
export { rerunExecution } from './workflow-execution/rerun-execution';
export { startExecution, type Capabilities } from './workflow-execution/start-execution';
export { inputPageOf, originIds, templateOf, workOrderOf, type Origins } from './workflow-execution/work-order';
export { WorkflowTemplate } from './workflow-template';
export { Workspace } from './workspace';
