import { command, PhaseId, WorkflowId } from '@syntropic/kernel';
import { z } from 'zod';
import { workflowDefinition } from './workflow-definition';

export class CreateWorkflow extends command('CreateWorkflow', { workflowId: WorkflowId, ...workflowDefinition }) {}

/** Changes what a phase asks of its agent. Executions that have started keep what they started with. */
export class UpdatePhasePrompt extends command('UpdatePhasePrompt', {
  workflowId: WorkflowId,
  phaseId: PhaseId,
  promptTemplate: z.string().min(1),
  model: z.string().min(1).optional(),
  timeoutSeconds: z.number().int().min(1).max(86_400).optional(),
  allowedTools: z.array(z.string().min(1)).optional(),
}) {}

export class ArchiveWorkflow extends command('ArchiveWorkflow', { workflowId: WorkflowId }) {}
