import { projectionOfEvery } from '@syntropic/projections';
import { z } from 'zod';

/** Positions as text with the same order. */
const entryIdOf = (position: number): string => String(position).padStart(16, '0');

const row = z.object({
  entry_id: z.string(),
  event_position: z.int(),
  recorded_at: z.iso.datetime(),
  actor_kind: z.string(),
  actor_id: z.string(),
  event_type: z.string(),
  stream: z.string(),
  event_id: z.string(),
  command_id: z.string(),
  correlation_id: z.string(),
  execution_id: z.string().nullable(),
});

/** The events that callers have caused, for the audit. Those of services are most of the log, and in no row. */
export const auditEntryProjection = projectionOfEvery({
  name: 'audit_entry',
  version: 1,
  row,
  key: 'entry_id',
  indexes: [['actor_kind', 'actor_id', 'entry_id']],
  isOfOneEvent: true,
  keys: ({ position, metadata }) => (metadata.actor.kind === 'service' ? [] : [entryIdOf(position)]),
  every: (_, { position, recordedAt, metadata, type, stream, id }) => ({
    entry_id: entryIdOf(position),
    event_position: position,
    recorded_at: recordedAt,
    actor_kind: metadata.actor.kind,
    actor_id: metadata.actor.id,
    event_type: type,
    stream,
    event_id: id,
    command_id: metadata.commandId,
    correlation_id: metadata.correlationId,
    execution_id: metadata.executionId ?? null,
  }),
});
