import { changedConfig, triggerRule, type TriggerEvents } from '@syntropic/github/contracts';
import type { Immutable } from '@syntropic/kernel';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

const { conditions, inputMapping, config } = triggerRule.events.TriggerRegistered.schema.shape;
const definition = z.object({ conditions, inputMapping, config });

const row = z.object({
  trigger_id: z.string(),
  name: z.string(),
  event: z.string(),
  repository: z.string(),
  /** In lower case, for GitHub does not tell names apart by case. */
  repository_key: z.string(),
  workflow_id: z.string(),
  status: z.enum(['active', 'paused', 'deleted']),
  fire_count: z.int(),
  installation_id: z.string(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  last_fired_at: z.iso.datetime().nullable(),
  definition,
});

export type TriggerRow = Immutable<z.output<typeof row>>;

/** List and detail of trigger rules. A deleted one keeps its row, for its history. */
export const triggerProjection = projection(triggerRule)({
  name: 'trigger',
  version: 2,
  row,
  key: 'trigger_id',
  indexes: [
    ['status', 'created_at', 'trigger_id'],
    ['repository_key', 'status', 'created_at', 'trigger_id'],
    ['workflow_id', 'status', 'created_at', 'trigger_id'],
    ['event', 'status', 'created_at', 'trigger_id'],
  ],
  counted: [['status'], ['event', 'status']],
  listed: { column: 'definition', schema: z.null(), sql: 'null' },
  keys: ({ data }) => [data.triggerId],
  on: {
    TriggerRegistered: (_, { data, recordedAt }) => ({
      trigger_id: data.triggerId,
      name: data.name,
      event: data.event,
      repository: data.repository,
      repository_key: data.repository.toLowerCase(),
      workflow_id: data.workflowId,
      status: 'active',
      fire_count: 0,
      installation_id: data.installationId,
      created_by: data.createdBy,
      created_at: recordedAt,
      last_fired_at: null,
      definition: { conditions: data.conditions, inputMapping: data.inputMapping, config: data.config },
    }),
    TriggerUpdated: (row, { data }) => row && { ...row, name: data.name ?? row.name, definition: changed(row, data) },
    TriggerPaused: (row) => row && { ...row, status: 'paused' },
    TriggerResumed: (row) => row && { ...row, status: 'active' },
    TriggerDeleted: (row) => row && { ...row, status: 'deleted' },
    TriggerFired: (row, { data }) => row && { ...row, fire_count: row.fire_count + 1, last_fired_at: data.at },
  },
});

function changed({ definition }: TriggerRow, changes: TriggerEvents['TriggerUpdated']['data']) {
  const { conditions = definition.conditions, inputMapping = definition.inputMapping, config } = changes;
  return { conditions, inputMapping, config: changedConfig(definition.config, config) };
}
