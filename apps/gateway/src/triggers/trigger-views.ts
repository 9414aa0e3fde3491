import { UNARY_OPERATORS, type TriggerCommands, type TriggerConfig } from '@syntropic/github/contracts';
import type { TriggerFiringRow, TriggerRow } from '@syntropic/github/read-model';
import type { Usd } from '@syntropic/kernel';
import type { ListedRowOf } from '@syntropic/projections';
import type { triggerProjection } from '@syntropic/github/read-model';
import type { z } from 'zod';
import { cutMark } from '../reads/cut-mark';
import type { ChangeTriggerRequest, RegisterTriggerRequest } from './triggers.dto';

type Listed = ListedRowOf<typeof triggerProjection>;

const summaryOf = (row: Omit<TriggerRow, 'definition'>, workflowName: string) => ({
  trigger_id: row.trigger_id,
  name: row.name,
  event: row.event,
  repository: row.repository,
  workflow_id: row.workflow_id,
  workflow_name: workflowName,
  status: row.status,
  fire_count: row.fire_count,
  created_at: row.created_at,
});

export const triggerSummary = (row: Listed, workflowName = '') => ({
  ...summaryOf(row, workflowName),
  ...cutMark(row),
});

export function triggerDetail(row: TriggerRow, workflowName = '') {
  const { conditions, inputMapping, config } = row.definition;
  return {
    ...summaryOf(row, workflowName),
    conditions: conditions.map(({ value, ...condition }) => ({
      ...condition,
      ...(value !== undefined && { value: typeof value === 'object' ? [...value] : value }),
    })),
    input_mapping: { ...inputMapping },
    config: {
      max_attempts: config.maxAttempts,
      daily_limit: config.dailyLimit,
      debounce_seconds: config.debounceSeconds,
      cooldown_seconds: config.cooldownSeconds,
      allow_bots: config.allowBots ?? false,
      allowed_senders: [...(config.allowedSenders ?? [])],
    },
    installation_id: row.installation_id,
    created_by: row.created_by,
    last_fired_at: row.last_fired_at,
  };
}

/** A firing that is blocked or waits names no execution, because there is none. */
export const historyEntry = (row: TriggerFiringRow) => ({
  trigger_id: row.trigger_id,
  fired_at: row.fired_at,
  execution_id: row.status === 'blocked' || row.status === 'deferred' ? '' : row.execution_id,
  event_type: row.event,
  pr_number: row.pr_number,
  status: row.status,
  guard_name: row.guard_name,
  block_reason: row.block_reason,
});

/** `cost`: null until the execution has ended, and while it is not known. */
export function historyDetail(row: TriggerFiringRow, cost: Usd | null = null) {
  const { trigger_id: _, ...entry } = historyEntry(row);
  return { ...entry, webhook_delivery_id: row.delivery_id, cost_usd: cost === null ? null : Number(cost) };
}

type Given = NonNullable<z.output<typeof RegisterTriggerRequest>['conditions']>;

/** Conditions as rules keep them: without the values of operators that need none. */
export const conditionsOf = (given: Given): TriggerCommands['RegisterTrigger']['conditions'] =>
  given.map(({ value, ...condition }) => {
    const isUnary = UNARY_OPERATORS.some((operator) => operator === condition.operator);
    return { ...condition, ...(!isUnary && value !== undefined && value !== null && { value }) };
  });

type ConfigGiven = NonNullable<z.output<typeof ChangeTriggerRequest>['config']>;

export const configOf = ({
  max_attempts: maxAttempts,
  daily_limit: dailyLimit,
  debounce_seconds: debounceSeconds,
  cooldown_seconds: cooldownSeconds,
  allow_bots: allowBots,
  allowed_senders: allowedSenders,
}: ConfigGiven): { [Field in keyof TriggerConfig]: TriggerConfig[Field] | undefined } => ({
  maxAttempts,
  dailyLimit,
  debounceSeconds,
  cooldownSeconds,
  allowBots,
  allowedSenders,
});
