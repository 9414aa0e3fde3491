import { z } from 'zod';
import { after, next } from '../events/events.dto';
import { sizeUpTo } from '../http/query-values';

export const ConversationQuery = z.object({
  offset: z.coerce.number().int().min(0).max(100_000_000).default(0),
  limit: sizeUpTo(500, 100),
});

export const ConversationSearchQuery = z.object({
  q: z
    .string()
    .trim()
    .min(1)
    .max(500)
    .meta({ description: 'Words that a text has all of; `"a phrase"`, `or` and `-without` are understood.' }),
  session_id: z.string().min(1).optional().meta({ description: 'The whole id of a session.' }),
  limit: sizeUpTo(100, 20),
  after,
});

export const FoundTexts = z
  .object({
    texts: z.array(
      z
        .object({
          event_id: z.string(),
          event_type: z.string(),
          session_id: z.string(),
          execution_id: z.string().nullable(),
          time: z.string(),
          excerpt: z.string().meta({ description: 'The part of the text around the words.' }),
        })
        .meta({ id: 'FoundText' }),
    ),
    next,
  })
  .meta({ id: 'FoundTextsResponse' });

const text = z.string().nullable();
const count = z.int().nullable();

export const ConversationMetadata = z
  .object({
    session_id: z.string(),
    execution_id: text,
    workflow_id: text,
    phase_id: text,
    event_count: count.meta({ description: 'The lines of the conversation; null until the session has ended.' }),
    total_input_tokens: count,
    total_output_tokens: count,
    tool_counts: z.record(z.string(), z.int()).nullable(),
    started_at: text,
    completed_at: text,
    model: text,
    success: z.boolean().nullable().meta({ description: 'Null until the session has ended.' }),
    size_bytes: count.meta({ description: 'The bytes of the whole transcript; null until the session has ended.' }),
  })
  .meta({ id: 'ConversationMetadataResponse' });

export const ConversationLine = z
  .object({
    line_number: z.int().meta({ description: 'From 1.' }),
    raw: z.string(),
    parsed: z.record(z.string(), z.unknown()).nullable().meta({
      description: 'The line where it is a JSON object, and neither cut nor nested deeper than 64 levels.',
    }),
    event_type: text,
    tool_name: text,
    content_preview: text,
    truncated: z.literal(true).optional().meta({ description: 'The transcript has the rest of the line.' }),
  })
  .meta({ id: 'ConversationLineResponse' });
export type ConversationLine = z.infer<typeof ConversationLine>;

export const ConversationLog = z
  .object({
    session_id: z.string(),
    lines: z.array(ConversationLine),
    total_lines: z.int(),
    next: z.int().nullable().meta({ description: 'For `offset`; null at the end.' }),
    metadata: ConversationMetadata,
  })
  .meta({ id: 'ConversationLogResponse' });
