import { z } from 'zod';
import { costFields, tokenFields } from '../display/usage-fields';
import { after, next } from '../events/events.dto';
import { flag, sizeUpTo } from '../http/query-values';

const page = { limit: sizeUpTo(1_000, 100), after };

export const TokensQuery = z.object({
  include_records: flag(true).meta({ description: 'False: without the model calls.' }),
  ...page,
});

export const ToolsQuery = z.object({
  include_blocked: flag(true).meta({ description: 'False: without the calls that a hook has refused.' }),
  ...page,
});

const count = z.int().nullable();

export const SessionTokens = z
  .object({
    session_id: z.string(),
    ...tokenFields,
    ...costFields,
    records: z
      .array(
        z.object({
          timestamp: z.string(),
          model: z.string().nullable(),
          input_tokens: count,
          output_tokens: count,
          cache_creation_tokens: count,
          cache_read_tokens: count,
          cost_usd: z.string().nullable(),
        }),
      )
      .meta({
        description:
          'The model calls: as the model gateway has recorded them, or as the agent has told them, whose output tokens are partial.',
      }),
    next,
  })
  .meta({ id: 'SessionTokenMetrics' });

export const ToolTimeline = z
  .object({
    session_id: z.string(),
    total_executions: z.int().meta({ description: 'All entries, those of other pages included.' }),
    executions: z.array(
      z
        .object({
          observation_id: z.string(),
          operation_type: z.string(),
          tool_name: z.string().nullable(),
          tool_use_id: z.string().nullable(),
          timestamp: z.string().nullable(),
          duration_ms: z.number().nullable(),
          success: z.boolean().nullable(),
        })
        .meta({ id: 'ToolTimelineEntry' }),
    ),
    next,
  })
  .meta({ id: 'ToolTimelineResponse' });
