import { formatEventCursor, parseEventCursor } from '@syntropic/telemetry';
import { z } from 'zod';
import { tokenFields } from '../display/usage-fields';
import { sizeUpTo } from '../http/query-values';

/** The `next` of the page before. */
export const after = z
  .string()
  .max(120)
  .transform((text, context) => {
    const cursor = parseEventCursor(text);
    if (!cursor) context.addIssue({ code: 'custom', message: 'is not the `next` of a page' });
    return cursor ?? z.NEVER;
  })
  .optional()
  .meta({ description: 'The `next` of the page before.', type: 'string' });

export const next = z.string().nullable().meta({ description: 'For `after`; null at the end.' });

export const nextOf = (cursor: Parameters<typeof formatEventCursor>[0] | null) => cursor && formatEventCursor(cursor);

const eventType = z.string().min(1).max(100).optional();

export const RecentEventsQuery = z.object({ limit: sizeUpTo(200, 50), event_type: eventType, after });

export const SessionEventsQuery = z.object({
  event_type: eventType,
  limit: sizeUpTo(1_000, 100),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  after,
});

export const TimelineQuery = z.object({ limit: sizeUpTo(500, 100), after });

const Event = z
  .object({
    time: z.string().nullable(),
    event_type: z.string(),
    session_id: z.string().nullable(),
    execution_id: z.string().nullable(),
    phase_id: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'EventResponse' });

export const EventList = z
  .object({ events: z.array(Event), count: z.int(), has_more: z.boolean(), next })
  .meta({ id: 'EventListResponse' });

export const Timeline = z.array(
  z
    .object({
      time: z.string().nullable(),
      event_type: z.string(),
      tool_name: z.string().nullable(),
      duration_ms: z.int().nullable(),
      success: z.boolean().nullable(),
    })
    .meta({ id: 'TimelineEntryResponse' }),
);

export const SessionCostSummary = z
  .object({
    session_id: z.string(),
    ...tokenFields,
    estimated_cost_usd: z.number().nullable().meta({ description: 'Null while the price of a model is unknown.' }),
  })
  .meta({ id: 'SessionCostSummaryResponse' });

export const ToolSummaries = z.array(
  z
    .object({
      tool_name: z.string(),
      call_count: z.int(),
      success_count: z.int(),
      error_count: z.int(),
      total_duration_ms: z.int(),
      avg_duration_ms: z.number(),
    })
    .meta({ id: 'ToolSummary' }),
);
