import type { Immutable, UsageCosts, UsageSum } from '@syntropic/kernel';
import type { ExecutionEvents } from '@syntropic/orchestration/contracts';
import { FIRST_REPOS, usageColumns } from '@syntropic/projections';
import { z } from 'zod';
import type { BudgetRow } from './budget-row';
import type { Controls } from './controls';
import type { PhaseRow } from './phase-row';
import { takenOverColumns, type ForkRow } from './taken-over';

/** With the sum over sessions that have reported their usage. */
type Detail = Pick<ExecutionEvents['ExecutionStarted']['data'], 'inputs' | 'task' | 'repos'> &
  UsageSum & {
    /** The reason given for the pause, interruption or cancellation. */
    reason?: string | undefined;
    /** The costs of sessions that were priced again before their phases have ended. */
    repriced?: Readonly<Record<string, UsageCosts>>;
    /** Sessions that ended without a report: only telemetry knows their usage. */
    unaccounted: readonly string[];
    phases: readonly PhaseRow[];
    /** The time of the next automatic retry; absent when none is scheduled. */
    retryAt?: string | undefined;
    /** The automatic retries after interruptions so far. */
    automaticRetries: number;
    forkOf?: ForkRow;
    /** Absent without a budget. */
    budget?: BudgetRow;
    controls: Controls;
    /** The messages that were injected so far. */
    messages: number;
  };

export const row = z.object({
  execution_id: z.string(),
  workflow_id: z.string(),
  workflow_name: z.string(),
  /** The execution that this one is a rerun of. */
  rerun_of: z.string().nullable(),
  status: z.enum(['running', 'paused', 'interrupted', 'completed', 'failed', 'cancelled']),
  /** A requested pause, interruption or cancellation that is not a fact yet. */
  asked: z.enum(['pause', 'interrupt', 'cancel']).nullable(),
  started_at: z.iso.datetime(),
  completed_at: z.iso.datetime().nullable(),
  completed_phases: z.int(),
  total_phases: z.int(),
  ...usageColumns,
  ...takenOverColumns,
  error_message: z.string().nullable(),
  detail: z.custom<Detail>(),
});

type ListedDetail = Immutable<{
  repos: string[];
  repoCount: number;
  unaccounted: string[];
  /** The phases that have not ended. */
  phases: Pick<PhaseRow, 'phaseId' | 'status' | 'sessionId'>[];
}>;

const listedDetail = (repos: string) => `jsonb_build_object(
  'repos', ${repos}, 'repoCount', jsonb_array_length(t.detail->'repos'), 'unaccounted', t.detail->'unaccounted',
  'phases', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'phaseId', phase->'phaseId', 'status', phase->'status', 'sessionId', phase->'sessionId')), '[]')
    from jsonb_array_elements(t.detail->'phases') phase
    where phase->>'status' in ('queued', 'running', 'paused', 'waiting', 'interrupted')))`;

/** The part of the detail that lists show. */
export const listed = {
  column: 'detail',
  schema: z.custom<ListedDetail>(),
  sql: listedDetail(`t.detail->'repos'`),
  cut: listedDetail(FIRST_REPOS),
} as const;

export type ExecutionRow = Immutable<z.output<typeof row>>;

/** True for a final status. */
export const hasEnded = ({ status }: Pick<ExecutionRow, 'status'>): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';
