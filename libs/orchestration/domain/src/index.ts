export { WorkflowExecution } from './workflow-execution/aggregate';
export { failPhase, startPhase } from './workflow-execution/phases';
export { startExecution, type Capabilities } from './workflow-execution/start-execution';
export { inputPageOf, templateOf, workOrderOf } from './workflow-execution/work-order';
export { WorkflowTemplate } from './workflow-template';
export { Workspace } from './workspace';
