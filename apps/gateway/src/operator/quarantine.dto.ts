import { quarantineCommands } from '@syntropic/agent-sessions/contracts';
import { z } from 'zod';
import { pagesByOffset } from '../http/list-pages';

const { reason, after } = quarantineCommands.ReplayQuarantine.schema.shape;

export const QuarantineList = z
  .object({
    reasons: z
      .array(z.object({ reason: z.string(), events: z.int(), newest_at: z.string() }))
      .meta({ description: 'The hundred most frequent, without what differs from event to event.' }),
  })
  .meta({ id: 'QuarantineReasonList' });

export const QuarantinedQuery = z.object({
  reason: reason.optional().meta({ description: 'A reason of the list of reasons.' }),
  session_id: z.string().min(1).optional(),
  ...pagesByOffset(200, 50),
});

const Quarantined = z
  .object({
    id: z.string(),
    session_id: z.string().nullable(),
    reason: z.string(),
    received_at: z.string(),
    size_bytes: z.int(),
  })
  .meta({ id: 'QuarantinedEvent' });

export const QuarantinedList = z
  .object({ events: z.array(Quarantined), total: z.int() })
  .meta({ id: 'QuarantinedEventList' });

export const QuarantinedParams = z.object({ quarantined_id: z.uuid() });

export const ReplayRequest = z
  .strictObject({
    reason: reason.meta({ description: 'A reason of the list of reasons.' }),
    after: after.meta({ description: 'The `next` of the reply before.' }),
  })
  .meta({ id: 'QuarantineReplayRequest' });

export const ReplayAnswer = z
  .object({
    tried: z.int().meta({ description: 'Events that a collector tries again now. Those that are still faulty stay.' }),
    left: z.int().meta({ description: 'Events of the kind behind these.' }),
    next: z.string().nullable().meta({ description: 'Where the next request goes on; null when none is left.' }),
  })
  .meta({ id: 'QuarantineReplayResponse' });
