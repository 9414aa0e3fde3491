import { z } from 'zod';
import { instant, sizeUpTo } from '../http/query-values';

const Caller = z.object({ kind: z.enum(['user', 'key', 'github', 'service']), id: z.string() });

export const AuditQuery = z.object({
  actor: z
    .string()
    .regex(/^(user|key|github):.{1,300}$/, 'kind and id of a caller, such as key:key-0123456789ab')
    .optional(),
  aggregate: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .meta({ description: 'The kind of an aggregate, or one stream: `execution`, `execution-exec-0123456789ab`.' }),
  from: instant.meta({ description: 'The earliest time of recording.' }),
  to: instant.meta({ description: 'The time of recording before which events are shown.' }),
  limit: sizeUpTo(1_000, 100),
  cursor: z.string().max(100).optional().meta({ description: '`next_cursor` of the page before.' }),
});

const AuditEntry = z
  .object({
    position: z.int(),
    recorded_at: z.string(),
    actor: Caller,
    event_type: z.string(),
    aggregate: z.string().meta({ description: 'The stream of the event.' }),
    event_id: z.string(),
    command_id: z.string(),
    correlation_id: z.string(),
    execution_id: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });

export const AuditPage = z
  .object({
    entries: z.array(AuditEntry),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Null on the last page. A page may have fewer entries than its limit, even none.' }),
  })
  .meta({ id: 'AuditPage' });
export type AuditPage = z.infer<typeof AuditPage>;
