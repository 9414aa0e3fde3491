import { z } from 'zod';
import { instant, sizeUpTo } from '../http/query-values';

const Caller = z.object({ kind: z.enum(['user', 'key', 'github', 'anonymous', 'service']), id: z.string() });

export const AuditQuery = z.object({
  actor: z
    .string()
    .regex(/^(user|key|github|anonymous):.{1,400}$/, 'kind and id of a caller, such as key:key-0123456789ab')
    .optional(),
  aggregate: z.string().min(1).max(300).optional().meta({
    description:
      'The kind of what an entry is about, or one of them: `execution`, `execution-exec-0123456789ab`, `key`, `projection`, `process`, `dead-letter`, `log`, `request`.',
  }),
  from: instant.meta({ description: 'The earliest time of recording.' }),
  to: instant.meta({ description: 'The time of recording before which events are shown.' }),
  limit: sizeUpTo(1_000, 100),
  cursor: z.string().max(100).optional().meta({ description: '`next_cursor` of the page before.' }),
});

const AuditEntry = z
  .object({
    position: z
      .int()
      .nullable()
      .meta({ description: 'Of an event; null for a command that changes no stream, and for refused requests.' }),
    recorded_at: z.string(),
    actor: Caller,
    event_type: z.string().meta({ description: 'The event, the command that changes no stream, or `RequestRefused`.' }),
    aggregate: z.string().meta({ description: 'The stream of the event, or what the command or request is about.' }),
    event_id: z.string().nullable(),
    command_id: z.string(),
    correlation_id: z.string(),
    execution_id: z.string().nullable(),
    outcome: z
      .enum(['begun', 'done', 'refused'])
      .meta({ description: 'A command that stays `begun` was cut off: its effect is not known.' }),
    detail: z
      .looseObject({
        code: z.string().optional(),
        status: z.int().optional(),
        method: z.string().optional(),
        route: z.string().optional(),
        count: z.int().optional().meta({ description: 'Equal requests that were refused within some seconds.' }),
      })
      .nullable()
      .meta({ description: 'Of refused commands and requests.' }),
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
