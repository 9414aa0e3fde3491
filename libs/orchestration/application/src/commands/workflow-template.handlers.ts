import { handles } from '@syntropic/event-store';
import { ArchiveWorkflow, CreateWorkflow, UpdatePhasePrompt } from '@syntropic/orchestration/contracts';
import { archiveWorkflow, createWorkflow, updatePhasePrompt, WorkflowTemplate } from '@syntropic/orchestration/domain';

const workflow = ({ workflowId }: Readonly<{ workflowId: string }>) => workflowId;

/** Command, aggregate, which one, decision. */
export const workflowTemplateHandlers = [
  handles(CreateWorkflow, WorkflowTemplate, workflow, createWorkflow),
  handles(UpdatePhasePrompt, WorkflowTemplate, workflow, updatePhasePrompt),
  handles(ArchiveWorkflow, WorkflowTemplate, workflow, archiveWorkflow),
];
