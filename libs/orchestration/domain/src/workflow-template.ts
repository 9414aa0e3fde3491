import { DomainError, type Aggregate } from '@syntropic/kernel';
import type {
  ArchiveWorkflow,
  CreateWorkflow,
  UpdatePhasePrompt,
  WorkflowDefinition,
  WorkflowTemplateEvent,
} from '@syntropic/orchestration/contracts';

/** What executions are started from: changed or archived, it touches no execution that has begun. */
export type WorkflowTemplate =
  | { readonly status: 'unknown' }
  | { readonly status: 'active'; readonly definition: WorkflowDefinition }
  | { readonly status: 'archived' };

type Decision = readonly WorkflowTemplateEvent[];

export function createWorkflow(template: WorkflowTemplate, { data }: CreateWorkflow): Decision {
  if (template.status !== 'unknown') throw refuse('already_exists', 'a workflow with this id exists');

  return [{ type: 'WorkflowCreated', data }];
}

export function updatePhasePrompt(template: WorkflowTemplate, command: UpdatePhasePrompt): Decision {
  const { phases } = active(template);
  const { workflowId, phaseId, promptTemplate, model, timeoutSeconds, allowedTools } = command;
  if (!phases.some((phase) => phase.phaseId === phaseId)) {
    throw new DomainError('workflow.phase_not_found', `it has no phase ${phaseId}`, 'not_found', 'phase_id');
  }

  const data = { workflowId, phaseId, promptTemplate, model, timeoutSeconds, allowedTools };
  return [{ type: 'WorkflowPhaseUpdated', data }];
}

/** Refused while executions of it are under way: the log itself checks that their scope is empty. */
export function archiveWorkflow(template: WorkflowTemplate, { workflowId }: ArchiveWorkflow): Decision {
  if (template.status === 'archived') throw refuse('already_archived', 'it is archived already');
  active(template);

  return [{ type: 'WorkflowArchived', data: { workflowId } }];
}

/** The definition that new executions start from. */
export function active(template: WorkflowTemplate): WorkflowDefinition {
  switch (template.status) {
    case 'active':
      return template.definition;
    case 'archived':
      throw refuse('archived', 'an archived workflow starts nothing new and does not change');
    case 'unknown':
      throw new DomainError('workflow.not_found', 'there is no such workflow', 'not_found', 'workflow_id');
  }
}

function evolve(template: WorkflowTemplate, event: WorkflowTemplateEvent): WorkflowTemplate {
  switch (event.type) {
    case 'WorkflowCreated':
      return { status: 'active', definition: event.data };
    case 'WorkflowPhaseUpdated':
      return { status: 'active', definition: withPhase(active(template), event.data) };
    case 'WorkflowArchived':
      return { status: 'archived' };
  }
}

type PhaseChange = Extract<WorkflowTemplateEvent, { type: 'WorkflowPhaseUpdated' }>['data'];

function withPhase(definition: WorkflowDefinition, change: PhaseChange): WorkflowDefinition {
  const phases = definition.phases.map((phase) =>
    phase.phaseId === change.phaseId
      ? {
          ...phase,
          promptTemplate: change.promptTemplate,
          model: change.model ?? phase.model,
          timeoutSeconds: change.timeoutSeconds ?? phase.timeoutSeconds,
          allowedTools: [...(change.allowedTools ?? phase.allowedTools)],
        }
      : phase,
  );
  return { ...definition, phases };
}

/** The scope in which every execution of this workflow that has not ended is claimed. */
export const runningScope = (workflowId: string): string => `running/${workflowId}`;

export const WorkflowTemplate: Aggregate<WorkflowTemplate, WorkflowTemplateEvent> = {
  name: 'workflow',
  context: 'orchestration',
  initial: { status: 'unknown' },
  evolve,
  reserves: ({ type, data }) =>
    type === 'WorkflowArchived' ? [{ empty: { scope: runningScope(data.workflowId) } }] : [],
};

type Rule = 'already_exists' | 'already_archived' | 'archived';

const refuse = (rule: Rule, why: string) => new DomainError(`workflow.${rule}`, why);
