import { cutField } from '../reads/cut-mark';
import { z } from 'zod';
import { costFields, tokenFields } from '../display/usage-fields';
import { pagesByOffset } from '../http/list-pages';
import { instant, sizeUpTo } from '../http/query-values';

const SessionStatus = z.enum(['running', 'completed', 'failed', 'cancelled']);

/** Clients also filter by statuses that only executions have: no session matches those. */
export const OperationsQuery = z.object({
  after: z.coerce.number().int().min(0).default(0).meta({ description: 'The `next` of the page before.' }),
  limit: sizeUpTo(5_000, 1_000),
});

export const TranscriptQuery = z.object({
  after: z.coerce.number().int().min(0).optional().meta({ description: 'The `next` of the page before.' }),
  line: z.coerce.number().int().min(1).default(1).meta({ description: 'The first record, where `after` is absent.' }),
  limit: sizeUpTo(10_000, 1_000),
});

const Statuses = z
  .string()
  .transform((list) => list.split(',').map((status) => status.trim()))
  .pipe(z.array(z.enum([...SessionStatus.options, 'pending', 'paused', 'interrupted'])))
  .transform((statuses) => statuses.flatMap((status) => SessionStatus.safeParse(status).data ?? []));

/** The id, or its first characters. */
export const SessionParams = z.object({ session_id: z.string().min(1) });

export const SessionListQuery = z.object({
  workflow_id: z.string().optional(),
  execution_id: z.string().optional(),
  status: Statuses.optional(),
  statuses: Statuses.optional().meta({ description: 'Several, separated by commas; overrides status.' }),
  started_after: instant,
  started_before: instant,
  ...pagesByOffset(200, 50),
});
export type SessionListQuery = z.output<typeof SessionListQuery>;

const summary = {
  id: z.string(),
  workflow_id: z.string().nullable(),
  workflow_name: z.string().nullable(),
  execution_id: z.string().nullable(),
  phase_id: z.string().nullable(),
  phase_display: z.string().nullable(),
  status: z.string(),
  agent_provider: z.string().nullable(),
  agent_model: z.string().nullable(),
  agent_model_display: z.string().nullable(),
  repos: z.array(z.string()),
  repos_display: z.string().nullable(),
  ...tokenFields,
  total_tokens_display: z.string(),
  ...costFields,
  total_cost_display: z.string(),
  tool_call_count: z.int(),
  duration_seconds: z.number().nullable(),
  duration_display: z.string(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
};

export const SessionSummary = z.object({ ...summary, ...cutField }).meta({ id: 'SessionSummaryResponse' });
export type SessionSummary = z.infer<typeof SessionSummary>;

export const SessionList = z
  .object({ sessions: z.array(SessionSummary), total: z.int() })
  .meta({ id: 'SessionListResponse' });

const text = z.string().nullable();
const count = z.int().nullable();

export const GitEventData = z
  .object({
    operation: text,
    sha: text,
    branch: text,
    repo: text,
    message: text,
    prev_branch: text,
    is_clone: z.boolean().nullable(),
    remote: text,
    author: text,
    files_changed: count,
    insertions: count,
    deletions: count,
    commits_count: count,
    commit_range: text,
    remote_url: text,
    details: text,
    from_branch: text,
    to_branch: text,
    estimated_tokens_added: count,
    estimated_tokens_removed: count,
  })
  .meta({ id: 'GitEventData' });
export type GitEventData = z.infer<typeof GitEventData>;

export const SessionOperation = z
  .object({
    operation_id: z.string(),
    operation_type: z.string(),
    timestamp: text,
    duration_seconds: z.number().nullable(),
    success: z.boolean(),
    input_tokens: count,
    output_tokens: count,
    total_tokens: count,
    tool_name: text,
    tool_use_id: text,
    tool_input: z.record(z.string(), z.unknown()).nullable(),
    tool_output: text,
    message_role: text,
    message_content: text,
    thinking_content: text,
    git: GitEventData.nullable(),
    git_sha: text,
    git_message: text,
    git_branch: text,
    git_repo: text,
    transcript_line: count.meta({ description: 'The record of the transcript with the whole text of a cut row.' }),
  })
  .meta({ id: 'OperationInfo' });
export type SessionOperation = z.infer<typeof SessionOperation>;

export const OperationList = z
  .object({
    session_id: z.string(),
    operations: z.array(SessionOperation),
    total: z.int(),
    next: z.int().nullable().meta({ description: 'For `after`; null when no further operation is stored.' }),
  })
  .meta({ id: 'OperationListResponse' });
export type OperationList = z.infer<typeof OperationList>;

const TranscriptRecord = z.object({
  line: z.int(),
  leg: z.int(),
  at: z.string(),
  stream: z.enum(['stdout', 'stderr', 'runner', 'setup', 'reported']),
  text: z.string(),
  more: z.literal(true).optional().meta({ description: 'The line continues in the next record of its stream.' }),
});
export type TranscriptRecord = z.infer<typeof TranscriptRecord>;

export const Transcript = z
  .object({
    session_id: z.string(),
    lines: z.array(TranscriptRecord),
    next: z.int().nullable().meta({ description: 'For `after`; null at the end.' }),
  })
  .meta({ id: 'TranscriptResponse' });

export const SessionDetail = z
  .object({
    ...summary,
    milestone_id: text,
    workspace_path: text,
    input_tokens_display: z.string(),
    output_tokens_display: z.string(),
    cache_creation_tokens_display: z.string(),
    cache_read_tokens_display: z.string(),
    cost_by_model: z.record(z.string(), z.string()),
    failed_tool_count: z.int(),
    subagent_count: z.int(),
    turn_count: z.int(),
    operations: z.array(SessionOperation),
    operation_count: z.int(),
    next_operations: z.int().nullable().meta({ description: 'For `after` of the operations; null when all are here.' }),
    error_message: text,
    metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'SessionResponse' });
export type SessionDetail = z.infer<typeof SessionDetail>;
