import { aggregate, refusing } from '@syntropic/kernel';
import {
  workflowTemplate,
  type WorkflowCommands,
  type WorkflowDefinition,
  type WorkflowEvent,
  type WorkflowEvents,
} from '@syntropic/orchestration/contracts';

/** The template of executions. Changing or archiving it affects no execution that has started. */
export type WorkflowTemplate =
  | { readonly status: 'unknown' }
  | { readonly status: 'active'; readonly definition: WorkflowDefinition }
  | { readonly status: 'archived' };

type Decision = readonly WorkflowEvent[];

const refuse = refusing(workflowTemplate);

export function createWorkflow(template: WorkflowTemplate, data: WorkflowCommands['CreateWorkflow']): Decision {
  if (template.status !== 'unknown') throw refuse('already_exists', 'a workflow with this id exists');

  return [{ type: 'WorkflowCreated', data }];
}

export function updatePhasePrompt(template: WorkflowTemplate, data: WorkflowCommands['UpdatePhasePrompt']): Decision {
  const { phases } = active(template);
  if (!phases.some(({ phaseId }) => phaseId === data.phaseId)) {
    throw refuse('phase_not_found', `it has no phase ${data.phaseId}`, 'phase_id');
  }

  return [{ type: 'WorkflowPhaseUpdated', data }];
}

/** Refused while executions of it have not ended: the log checks that their scope is empty. */
export function archiveWorkflow(
  template: WorkflowTemplate,
  { workflowId }: WorkflowCommands['ArchiveWorkflow'],
): Decision {
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
      throw refuse('not_found', 'there is no such workflow', 'workflow_id');
  }
}

function evolve(template: WorkflowTemplate, event: WorkflowEvent): WorkflowTemplate {
  switch (event.type) {
    case 'WorkflowCreated':
      return { status: 'active', definition: event.data };
    case 'WorkflowPhaseUpdated':
      return { status: 'active', definition: withPhase(active(template), event.data) };
    case 'WorkflowArchived':
      return { status: 'archived' };
  }
}

type PhaseChange = WorkflowEvents['WorkflowPhaseUpdated']['data'];

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

export const WorkflowTemplate = aggregate(workflowTemplate, {
  initial: { status: 'unknown' },
  evolve,
  decisions: {
    CreateWorkflow: createWorkflow,
    UpdatePhasePrompt: updatePhasePrompt,
    ArchiveWorkflow: archiveWorkflow,
  },
  reserves: ({ type, data }) =>
    type === 'WorkflowArchived' ? [{ empty: { scope: runningScope(data.workflowId) } }] : [],
});
