import { checkOperand, ConditionValue, PresetName, TriggerConfig, triggerRule } from '@syntropic/github/contracts';
import { z } from 'zod';
import { pagesByOffset } from '../http/list-pages';
import { cutField } from '../reads/cut-mark';

/** The id, or its first characters. */
export const TriggerParams = z.object({ trigger_id: z.string().min(1) });

export const TriggerListQuery = z.object({
  repository: z.string().optional(),
  status: z
    .enum(['active', 'paused', 'deleted'])
    .optional()
    .meta({ description: 'Without it, deleted ones are left out.' }),
  workflow_id: z.string().optional(),
  event: z.string().optional(),
  ...pagesByOffset(1_000, 1_000),
});

export const HistoryQuery = z.object(pagesByOffset(200, 50));

const { shape } = triggerRule.commands.RegisterTrigger.schema;
const { element: condition } = shape.conditions.unwrap();
/** Operators that look at the field alone may carry a value, which is left out. */
const Condition = z
  .strictObject({ field: condition.shape.field, operator: condition.shape.operator, value: ConditionValue.nullish() })
  .superRefine(checkOperand)
  .meta({ id: 'ConditionRequest' });

const fields = TriggerConfig.shape;
const config = {
  max_attempts: fields.maxAttempts,
  daily_limit: fields.dailyLimit,
  debounce_seconds: fields.debounceSeconds,
  cooldown_seconds: fields.cooldownSeconds,
  allow_bots: fields.allowBots.meta({
    description: 'Whether bots start executions, too. Events that only machines send, as `check_run`, always do.',
  }),
  allowed_senders: fields.allowedSenders.meta({
    description: 'The logins whose events start executions; anyone, but bots, where the list is empty.',
  }),
};
const text = z.string().max(255);

export const RegisterTriggerRequest = z
  .strictObject({
    name: shape.name,
    event: shape.event,
    repository: shape.repository,
    workflow_id: shape.workflowId,
    conditions: z.array(Condition).max(20).nullish(),
    installation_id: text.default(''),
    input_mapping: shape.inputMapping.unwrap().nullish(),
    config: z.strictObject(config).meta({ id: 'TriggerConfigRequest' }).nullish(),
    created_by: text.default('api'),
  })
  .meta({ id: 'RegisterTriggerRequest' });

export const PresetParams = z.object({ preset_name: z.string().min(1) });
export const PresetRequest = z
  .strictObject({
    repository: shape.repository,
    workflow_id: shape.workflowId.default('self-heal-pr' as never),
    installation_id: text.default(''),
    created_by: text.default('api'),
  })
  .meta({ id: 'RegisterPresetRequest' });

const change = triggerRule.commands.UpdateTrigger.schema.shape;
const configChanges = {
  max_attempts: fields.maxAttempts.unwrap().optional(),
  daily_limit: fields.dailyLimit.unwrap().optional(),
  debounce_seconds: fields.debounceSeconds.unwrap().optional(),
  cooldown_seconds: fields.cooldownSeconds.unwrap().optional(),
  allow_bots: fields.allowBots.unwrap().optional(),
  allowed_senders: fields.allowedSenders.unwrap().optional(),
};

/** One action, or fields to change: those that are absent stay as they are. */
export const ChangeTriggerRequest = z
  .strictObject({
    action: z.enum(['pause', 'resume']).optional(),
    reason: z.string().max(4_096).nullish(),
    paused_by: text.nullish(),
    resumed_by: text.nullish(),
    name: change.name,
    conditions: z.array(Condition).max(20).optional(),
    input_mapping: change.inputMapping,
    config: z.strictObject(configChanges).optional(),
  })
  .superRefine(({ action, name, conditions, input_mapping, config }, check) => {
    const changes = [name, conditions, input_mapping, config].filter((field) => field !== undefined).length;
    const fault = (message: string) => {
      check.addIssue({ code: 'custom', path: ['action'], message });
    };
    if (action === undefined && changes === 0) fault('pause or resume is needed, or a field to change');
    if (action !== undefined && changes > 0) fault('an action changes no other field');
  })
  .meta({ id: 'ChangeTriggerRequest' });

const summary = {
  trigger_id: z.string(),
  name: z.string(),
  event: z.string(),
  repository: z.string(),
  workflow_id: z.string(),
  workflow_name: z.string(),
  status: z.string(),
  fire_count: z.int(),
  created_at: z.string().nullable(),
};

export const TriggerList = z
  .object({
    total: z.int(),
    triggers: z.array(z.object({ ...summary, ...cutField }).meta({ id: 'TriggerSummary' })),
  })
  .meta({ id: 'TriggerListResponse' });

export const TriggerDetail = z
  .object({
    ...summary,
    conditions: z.array(z.record(z.string(), z.json())),
    input_mapping: z.record(z.string(), z.string()),
    config: z.record(z.string(), z.json()),
    installation_id: z.string(),
    created_by: z.string(),
    last_fired_at: z.string().nullable(),
  })
  .meta({ id: 'TriggerDetail' });

export const TriggerAction = z
  .object({
    trigger_id: z.string(),
    name: z.string().nullable(),
    status: z.enum(['active', 'paused', 'updated', 'deleted']),
    preset: PresetName.nullable(),
    action: z.string().nullable(),
  })
  .meta({ id: 'TriggerActionResponse' });

export const TestTriggerRequest = z
  .strictObject({
    event: shape.event.meta({ description: 'The type of the delivery, with its action: `check_run.completed`.' }),
    payload: z.record(z.string(), z.json()).meta({ description: 'As GitHub sends it.' }),
  })
  .meta({ id: 'TestTriggerRequest' });

export const TriggerTest = z
  .object({
    trigger_id: z.string(),
    status: z.string().meta({ description: 'Only active rules start executions.' }),
    matches: z.boolean().meta({
      description: 'True when everything below holds. The guards that count executions are asked when it happens.',
    }),
    event_matches: z.boolean(),
    repository_matches: z.boolean(),
    sender_allowed: z.boolean(),
    conditions: z.array(
      z
        .object({
          field: z.string(),
          operator: z.string(),
          value: ConditionValue.nullable(),
          found: z.string().nullable().meta({ description: 'As text, cut; null where the payload has nothing there.' }),
          holds: z.boolean(),
        })
        .meta({ id: 'ConditionTest' }),
    ),
    inputs: z.record(z.string(), z.string()).meta({ description: 'What the mapping finds, as text.' }),
    pr_number: z.int().nullable(),
  })
  .meta({ id: 'TriggerTestResponse' });

const entry = {
  fired_at: z.string().nullable(),
  execution_id: z.string().meta({ description: 'Empty while no execution has been started.' }),
  event_type: z.string(),
  pr_number: z.int().nullable(),
  status: z.string(),
  guard_name: z.string(),
  block_reason: z.string(),
};

export const TriggerHistoryList = z
  .object({
    total: z.int(),
    entries: z.array(z.object({ trigger_id: z.string(), ...entry }).meta({ id: 'TriggerHistoryListEntry' })),
  })
  .meta({ id: 'TriggerHistoryListResponse' });

export const TriggerHistory = z
  .object({
    trigger_id: z.string(),
    total: z.int(),
    entries: z.array(
      z
        .object({ ...entry, webhook_delivery_id: z.string(), cost_usd: z.number().nullable() })
        .meta({ id: 'TriggerHistoryEntryResponse' }),
    ),
  })
  .meta({ id: 'TriggerHistoryResponse' });
