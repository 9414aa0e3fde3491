import { contract, PhaseId, WorkflowId, type CommandsOf, type EventOf, type EventsOf } from '@syntropic/kernel';
import { z } from 'zod';
import { NewPhase, newWorkflow, Prompt, workflowDefinition } from './workflow-definition';

const created = { workflowId: WorkflowId, ...workflowDefinition };
const archived = { workflowId: WorkflowId };

/** Fields that are absent stay as they were. */
const phaseUpdated = {
  workflowId: WorkflowId,
  phaseId: PhaseId,
  promptTemplate: z.string().min(1),
  model: z.string().min(1).optional(),
  timeoutSeconds: z.number().int().min(1).max(86_400).optional(),
  allowedTools: z.array(z.string().min(1)).optional(),
};

/** The description of work that executions run. */
export const workflowTemplate = contract('orchestration', 'workflow', {
  key: 'workflowId',
  commands: {
    CreateWorkflow: { workflowId: WorkflowId, ...newWorkflow },
    /** Changes a phase's prompt. Executions that have started keep what they started with. */
    UpdatePhasePrompt: {
      ...phaseUpdated,
      promptTemplate: Prompt.min(1),
      model: NewPhase.shape.model,
      allowedTools: NewPhase.shape.allowedTools.unwrap().optional(),
    },
    ArchiveWorkflow: archived,
  },
  events: { WorkflowCreated: created, WorkflowPhaseUpdated: phaseUpdated, WorkflowArchived: archived },
  refusals: {
    not_found: ['not_found', 'There is no such workflow'],
    phase_not_found: ['not_found', 'The workflow has no such phase'],
    already_exists: ['conflict', 'A workflow with this id exists'],
    already_archived: ['conflict', 'The workflow is already archived'],
    has_active_executions: ['conflict', 'Executions of the workflow have not ended'],
    has_active_triggers: ['conflict', 'The workflow has active triggers'],
    archived: ['conflict', 'The workflow is archived'],
    unresolved_placeholder: ['invalid', 'A placeholder has no value'],
  },
});

export type WorkflowCommands = CommandsOf<typeof workflowTemplate>;
export type WorkflowEvents = EventsOf<typeof workflowTemplate>;
export type WorkflowEvent = EventOf<typeof workflowTemplate>;
