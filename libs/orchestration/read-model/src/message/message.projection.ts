import type { Immutable } from '@syntropic/kernel';
import { MessageRole, workflowExecution, type ExecutionEvents } from '@syntropic/orchestration/contracts';
import { projection, type ListedRowOf } from '@syntropic/projections';
import { z } from 'zod';

/** A phase whose agent a message is for, and what became of it there. */
const Recipient = z.object({
  phaseId: z.string(),
  state: z.enum(['requested', 'delivered', 'undeliverable']),
  /** The session that has taken it. */
  sessionId: z.string().nullable(),
  /** When it was delivered or given up. */
  settledAt: z.string().nullable(),
});
type Recipient = Immutable<z.infer<typeof Recipient>>;

const row = z.object({
  message_id: z.string(),
  execution_id: z.string(),
  role: MessageRole,
  message: z.string(),
  requested_at: z.iso.datetime(),
  recipients: z.array(Recipient),
});

export type MessageRow = Immutable<z.output<typeof row>>;
export type ListedMessage = ListedRowOf<typeof messageProjection>;

/** The messages injected into executions, each with what became of it in each phase. */
export const messageProjection = projection(workflowExecution)({
  name: 'message',
  version: 1,
  row,
  key: 'message_id',
  indexes: [['execution_id', 'requested_at', 'message_id']],
  keys: ({ data }) => ('messageId' in data ? [data.messageId] : []),
  on: {
    MessageRequested: (_, { data, recordedAt }) => ({
      message_id: data.messageId,
      execution_id: data.executionId,
      role: data.role,
      message: data.message,
      requested_at: recordedAt,
      recipients: data.phaseIds.map((phaseId) => ({ phaseId, state: 'requested', sessionId: null, settledAt: null })),
    }),
    MessageDelivered: (row, { data, recordedAt }) =>
      settled(row, data, { state: 'delivered', sessionId: data.sessionId, settledAt: recordedAt }),
    MessageUndeliverable: (row, { data, recordedAt }) =>
      settled(row, data, { state: 'undeliverable', settledAt: recordedAt }),
  },
});

const settled = (
  row: MessageRow | undefined,
  { phaseId }: Pick<ExecutionEvents['MessageUndeliverable']['data'], 'phaseId'>,
  outcome: Partial<Recipient>,
): MessageRow | undefined =>
  row && {
    ...row,
    recipients: row.recipients.map((one) => (one.phaseId === phaseId ? { ...one, ...outcome } : one)),
  };
