import type { TriggerEvents } from '@syntropic/github/contracts';
import { DeliveryId, ExecutionId, TriggerId, WorkflowId } from '@syntropic/kernel';

export const triggerId = TriggerId.parse('tr-01234567');
export const workflowId = WorkflowId.parse('self-heal-pr');
export const repository = 'acme/api';

export const config = {
  maxAttempts: 3,
  dailyLimit: 20,
  debounceSeconds: 0,
  cooldownSeconds: 300,
  allowBots: false,
  allowedSenders: [],
};

export const registration = {
  triggerId,
  name: 'Heal',
  event: 'check_run.completed',
  repository,
  workflowId,
  conditions: [{ field: 'check_run.conclusion', operator: 'eq' as const, value: 'failure' }],
  inputMapping: { branch: 'check_run.head' },
  config,
  installationId: '',
  createdBy: 'api',
};
export type Registration = TriggerEvents['TriggerRegistered']['data'];

export const registered = (own: Partial<Registration> = {}): TriggerEvents['TriggerRegistered'] => ({
  type: 'TriggerRegistered',
  data: { ...registration, ...own },
});
export const paused: TriggerEvents['TriggerPaused'] = {
  type: 'TriggerPaused',
  data: { triggerId, repository, workflowId, pausedBy: 'ada' },
};
export const resumed: TriggerEvents['TriggerResumed'] = {
  type: 'TriggerResumed',
  data: { triggerId, repository, workflowId, resumedBy: 'ada' },
};
export const deleted: TriggerEvents['TriggerDeleted'] = {
  type: 'TriggerDeleted',
  data: { triggerId, repository, workflowId, deletedBy: '' },
};

/** The n-th delivery of a spec, and the execution for it. */
export const deliveryId = (n: number): DeliveryId => DeliveryId.parse(`delivery-${n}`);
export const executionId = (n: number): ExecutionId => ExecutionId.parse(`exec-${String(n).padStart(12, '0')}`);
