import { eventTypes, type Event, type PhaseId, type WorkflowId } from '@syntropic/kernel';
import type { WorkflowDefinition } from './workflow-definition';

export type WorkflowCreated = Event<'WorkflowCreated', WorkflowDefinition & { workflowId: WorkflowId }>;

/** Fields that are absent stay as they were. */
export type WorkflowPhaseUpdated = Event<
  'WorkflowPhaseUpdated',
  {
    workflowId: WorkflowId;
    phaseId: PhaseId;
    promptTemplate: string;
    model?: string | undefined;
    timeoutSeconds?: number | undefined;
    allowedTools?: readonly string[] | undefined;
  }
>;

export type WorkflowArchived = Event<'WorkflowArchived', { workflowId: WorkflowId }>;

export type WorkflowTemplateEvent = WorkflowCreated | WorkflowPhaseUpdated | WorkflowArchived;

export const workflowTemplateEvents = eventTypes<WorkflowTemplateEvent>({
  WorkflowCreated: true,
  WorkflowPhaseUpdated: true,
  WorkflowArchived: true,
});
