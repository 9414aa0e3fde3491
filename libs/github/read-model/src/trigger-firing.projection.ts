import { triggerRule, type TriggerEvent } from '@syntropic/github/contracts';
import type { EventOf, Immutable, Recorded } from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

const row = z.object({
  /** The execution that the rule starts for one delivery, or would have started. */
  execution_id: z.string(),
  trigger_id: z.string(),
  delivery_id: z.string(),
  event: z.string(),
  pr_number: z.int().nullable(),
  /** `pending` until the execution has started, `dispatched` until it ends. */
  status: z.enum(['deferred', 'pending', 'dispatched', 'completed', 'failed', 'cancelled', 'blocked']),
  guard_name: z.string(),
  block_reason: z.string(),
  fired_at: z.iso.datetime(),
});

export type TriggerFiringRow = Immutable<z.output<typeof row>>;

/** The history of trigger rules: each delivery that a rule has matched, and what became of it. */
export const triggerFiringProjection = projection(
  triggerRule,
  workflowExecution,
)({
  name: 'trigger_firing',
  version: 2,
  row,
  key: 'execution_id',
  indexes: [
    ['fired_at', 'execution_id'],
    ['trigger_id', 'fired_at', 'execution_id'],
  ],
  counted: [[], ['trigger_id']],
  keys: firingsConcerned,
  on: {
    TriggerDeferred: (row, event, key) => {
      if (key === event.data.replaces) return row && { ...row, ...blocked('debounced', REPLACED) };
      const { guard, dueAt } = event.data;
      return { ...begun(event), ...row, status: 'deferred', guard_name: guard, block_reason: `again at ${dueAt}` };
    },
    TriggerBlocked: (row, event) => ({
      ...begun(event),
      ...row,
      ...blocked(event.data.guard, event.data.reason),
    }),
    TriggerFired: (row, event) => ({ ...begun(event), ...row, status: 'pending', guard_name: '', block_reason: '' }),
    // A short execution may have ended before its start is recorded here.
    TriggerDispatchCompleted: (row) => (row?.status === 'pending' ? { ...row, status: 'dispatched' } : row),
    TriggerDispatchFailed: (row, { data }) => row && { ...row, status: 'failed', block_reason: data.failureReason },

    ExecutionCompleted: (row) => row && { ...row, status: 'completed' },
    ExecutionFailed: (row) => row && { ...row, status: 'failed' },
    ExecutionCancelled: (row) => row && { ...row, status: 'cancelled' },
  },
});

type FiringEvent = EventOf<typeof triggerRule> | EventOf<typeof workflowExecution>;

function firingsConcerned({ type, data }: Recorded<FiringEvent>): readonly string[] {
  if (type === 'TriggerDeferred') return [data.executionId, ...(data.replaces === undefined ? [] : [data.replaces])];
  return 'executionId' in data ? [data.executionId] : [];
}

type Begun = Recorded<Extract<TriggerEvent, { type: 'TriggerDeferred' | 'TriggerBlocked' | 'TriggerFired' }>>;

/** The moment is that of the first answer to the delivery. */
const begun = ({ data, recordedAt }: Begun): TriggerFiringRow => ({
  execution_id: data.executionId,
  trigger_id: data.triggerId,
  delivery_id: data.deliveryId,
  event: data.event,
  pr_number: data.prNumber ?? null,
  status: 'pending',
  guard_name: '',
  block_reason: '',
  fired_at: recordedAt,
});

const REPLACED = 'a newer delivery about the same pull request has taken its place';

const blocked = (guard: string, reason: string) => ({
  status: 'blocked' as const,
  guard_name: guard,
  block_reason: reason,
});
