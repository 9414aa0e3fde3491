import { agentSession, type SessionEvents } from '@syntropic/agent-sessions/contracts';
import { boundedUsage, NO_USAGE, withCosts, type Immutable, type Usage } from '@syntropic/kernel';
import { FIRST_REPOS, projection, usageColumns, usageRow, type ListedRowOf } from '@syntropic/projections';
import { z } from 'zod';

type Detail = Pick<SessionEvents['SessionStarted']['data'], 'repos'> & {
  usage: Usage;
  telemetryEvents: number;
  errorType?: string | undefined;
  transcriptUri?: string | undefined;
};

const row = z.object({
  session_id: z.string(),
  execution_id: z.string(),
  workflow_id: z.string(),
  phase_id: z.string(),
  status: z.enum(['running', 'completed', 'failed', 'cancelled']),
  provider: z.string(),
  model: z.string().nullable(),
  ...usageColumns,
  started_at: z.iso.datetime(),
  completed_at: z.iso.datetime().nullable(),
  error_message: z.string().nullable(),
  detail: z.custom<Detail>(),
});

type ListedDetail = Immutable<{ repos: string[]; repoCount: number }>;

const listedDetail = (repos: string) =>
  `jsonb_build_object('repos', ${repos}, 'repoCount', jsonb_array_length(t.detail->'repos'))`;

export type ListedSession = ListedRowOf<typeof sessionProjection>;
export type SessionRow = Immutable<z.output<typeof row>>;

/** All sessions. Usage is stored when a session ends; until then telemetry has the newer numbers. */
export const sessionProjection = projection(agentSession)({
  name: 'session',
  version: 1,
  row,
  key: 'session_id',
  indexes: [
    ['started_at', 'session_id'],
    ['execution_id'],
    ['workflow_id', 'started_at', 'session_id'],
    ['status', 'started_at', 'session_id'],
    ['workflow_id', 'status', 'started_at', 'session_id'],
    ['cost_complete', 'total_tokens'],
    ['cost_usd'],
  ],
  counted: [[], ['status'], ['workflow_id'], ['workflow_id', 'status']],
  countedByTime: { column: 'started_at', by: [[], ['status']] },
  listed: {
    column: 'detail',
    schema: z.custom<ListedDetail>(),
    sql: listedDetail(`t.detail->'repos'`),
    cut: listedDetail(FIRST_REPOS),
  },
  keys: ({ data }) => [data.sessionId],
  on: {
    SessionStarted: (_, { data, recordedAt }) => ({
      session_id: data.sessionId,
      execution_id: data.executionId,
      workflow_id: data.workflowId,
      phase_id: data.phaseId,
      status: 'running',
      provider: data.provider,
      model: data.model ?? null,
      ...usageRow(NO_USAGE),
      started_at: recordedAt,
      completed_at: null,
      error_message: null,
      detail: { repos: data.repos, usage: NO_USAGE, telemetryEvents: 0 },
    }),
    SessionCompleted: (row, { data, recordedAt }) =>
      row && {
        ...row,
        ...usageRow(data.usage),
        status: data.status,
        model: data.model ?? row.model ?? mainModel(data.usage),
        completed_at: recordedAt,
        error_message: data.error ?? null,
        detail: { ...row.detail, ...accountOf(data) },
      },
    SessionRepriced: (row, { data }) => {
      if (!row) return undefined;
      const usage = boundedUsage(withCosts(row.detail.usage, data.after));
      return { ...row, ...usageRow(usage), detail: { ...row.detail, usage } };
    },
  },
});

const accountOf = ({
  usage,
  telemetryEvents,
  errorType,
  transcriptUri,
}: SessionEvents['SessionCompleted']['data']) => ({
  usage: boundedUsage(usage),
  telemetryEvents,
  errorType,
  transcriptUri,
});

/** Stands in for a model that older builds did not record: the one with the most output tokens. */
const mainModel = ({ byModel }: Usage): string | null =>
  Object.entries(byModel).sort(([, one], [, other]) => other.outputTokens - one.outputTokens)[0]?.[0] ?? null;
