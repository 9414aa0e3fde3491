import type { TriggerCommands, TriggerEvent } from '@syntropic/github/contracts';
import { existing, refuse, type TriggerRule } from './trigger-state';

/** The workflow of a rule, as far as a rule needs it. */
export type RuleWorkflow = Readonly<{ status: 'unknown' | 'active' | 'archived' }>;

type Decision = readonly TriggerEvent[];

/** The log refuses a second rule of the same preset in a repository. */
export function registerTrigger(
  { status }: TriggerRule,
  data: TriggerCommands['RegisterTrigger'],
  workflow: RuleWorkflow,
): Decision {
  if (status !== 'unknown') throw refuse('already_exists', 'the trigger is registered already');
  refuseUnlessActive(workflow, data.workflowId);
  return [{ type: 'TriggerRegistered', data }];
}

function refuseUnlessActive({ status }: RuleWorkflow, workflowId: string): void {
  if (status === 'unknown') throw refuse('workflow_not_found', `workflow not found: ${workflowId}`, 'workflow_id');
  if (status === 'archived') throw refuse('workflow_archived', `the workflow ${workflowId} is archived`, 'workflow_id');
}

/** Without a field to change there is nothing to record. */
export function updateTrigger(rule: TriggerRule, data: TriggerCommands['UpdateTrigger']): Decision {
  existing(rule);
  const { triggerId: _, ...changes } = data;
  return Object.values(changes).every((value) => value === undefined) ? [] : [{ type: 'TriggerUpdated', data }];
}

export function pauseTrigger(rule: TriggerRule, data: TriggerCommands['PauseTrigger']): Decision {
  const { status, repository, workflowId } = existing(rule);
  if (status === 'paused') throw refuse('already_paused', 'the trigger is paused');
  return [{ type: 'TriggerPaused', data: { ...data, repository, workflowId } }];
}

export function resumeTrigger(
  rule: TriggerRule,
  data: TriggerCommands['ResumeTrigger'],
  workflow: RuleWorkflow,
): Decision {
  const { status, repository, workflowId } = existing(rule);
  if (status === 'active') throw refuse('already_active', 'the trigger is active');
  refuseUnlessActive(workflow, workflowId);
  return [{ type: 'TriggerResumed', data: { ...data, repository, workflowId } }];
}

export function deleteTrigger(rule: TriggerRule, data: TriggerCommands['DeleteTrigger']): Decision {
  const { repository, workflowId, preset } = existing(rule);
  return [{ type: 'TriggerDeleted', data: { ...data, repository, workflowId, ...(preset && { preset }) } }];
}
