import { aggregate, refusing, triggersOfWorkflow, type Reservation } from '@syntropic/kernel';
import {
  inputNames,
  runningScope,
  unknownPlaceholders,
  workflowTemplate,
  type UnknownPlaceholder,
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
  refuseMisspelt(unknownPlaceholders(data));

  return [{ type: 'WorkflowCreated', data }];
}

export function updatePhasePrompt(template: WorkflowTemplate, data: WorkflowCommands['UpdatePhasePrompt']): Decision {
  const definition = active(template);
  const index = definition.phases.findIndex(({ phaseId }) => phaseId === data.phaseId);
  if (index < 0) {
    throw refuse('phase_not_found', `it has no phase ${data.phaseId}`, 'phase_id');
  }
  // Templates of older builds use inputs that they do not declare.
  const used = inputNames(definition);
  const unknown = unknownPlaceholders(withPhase(definition, data)).filter(
    ({ path, name }) => path[1] === index && !used.has(name),
  );
  refuseMisspelt(unknown.map((one) => ({ ...one, path: ['prompt_template'] })));

  return [{ type: 'WorkflowPhaseUpdated', data }];
}

function refuseMisspelt([first]: readonly UnknownPlaceholder[]): void {
  if (!first) return;
  const field = first.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  throw refuse('unresolved_placeholder', first.why, field.slice(1));
}

/** Refused while executions of it have not ended, or triggers start it: the log checks that both scopes are empty. */
export function archiveWorkflow(
  template: WorkflowTemplate,
  { workflowId }: WorkflowCommands['ArchiveWorkflow'],
): Decision {
  if (template.status === 'archived') throw refuse('already_archived', 'the workflow is already archived');
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
      throw refuse('not_found', 'workflow not found', 'workflow_id');
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

const withoutTriggers = (workflowId: string): Reservation => ({
  empty: { scope: triggersOfWorkflow(workflowId) },
  refusal: { code: 'workflow.has_active_triggers', message: 'the workflow has active triggers' },
});

const HAS_ACTIVE = {
  code: 'workflow.has_active_executions',
  message: 'executions of it have not ended: they complete, or are cancelled',
};

export const WorkflowTemplate = aggregate(workflowTemplate, {
  initial: { status: 'unknown' },
  evolve,
  decisions: { createWorkflow, updatePhasePrompt, archiveWorkflow },
  reserves: ({ type, data }) =>
    type === 'WorkflowArchived'
      ? [{ empty: { scope: runningScope(data.workflowId) }, refusal: HAS_ACTIVE }, withoutTriggers(data.workflowId)]
      : [],
});
