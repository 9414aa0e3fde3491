import { addUsage, boundedUsage, isUnaccounted, NO_USAGE, type Immutable, type Usage } from '@syntropic/kernel';
import { secondsAfter } from '@syntropic/live';
import { inputsWithTask, workflowExecution, type ExecutionEvents } from '@syntropic/orchestration/contracts';
import { FIRST_REPOS, projection, usageColumns, usageRow, type ListedRowOf } from '@syntropic/projections';
import { z } from 'zod';
import { changedBudget, exceededBudget, resumedBudget, withBudget, type BudgetRow } from './budget-row';
import {
  attemptOf,
  interrupted,
  isOpen,
  pendingPhase,
  running,
  shownArtifactIds,
  takenOverPhase,
  withPhase,
  type PhaseRow,
} from './phase-row';
import { forkRow, takenOverColumns, takenOverRow, type ForkRow } from './taken-over';

type Detail = Pick<ExecutionEvents['ExecutionStarted']['data'], 'inputs' | 'task' | 'repos'> & {
  /** The reason given for the pause or cancellation. */
  reason?: string | undefined;
  /** The sum over sessions that have reported their usage. */
  usage: Usage;
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
};

const row = z.object({
  execution_id: z.string(),
  workflow_id: z.string(),
  workflow_name: z.string(),
  /** The execution that this one is a rerun of. */
  rerun_of: z.string().nullable(),
  status: z.enum(['running', 'paused', 'interrupted', 'completed', 'failed', 'cancelled']),
  /** A requested pause or cancellation that is not a fact yet. */
  asked: z.enum(['pause', 'cancel']).nullable(),
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
    where phase->>'status' in ('queued', 'running', 'paused', 'waiting')))`;

export type ListedExecution = ListedRowOf<typeof executionProjection>;
export type ExecutionRow = Immutable<z.output<typeof row>>;

/** True for a final status. */
export const hasEnded = ({ status }: Pick<ExecutionRow, 'status'>): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';

/** All executions, as list and detail. Usage is of ended sessions; telemetry has that of running ones. */
export const executionProjection = projection(workflowExecution)({
  name: 'execution',
  version: 4,
  row,
  key: 'execution_id',
  indexes: [['started_at'], ['status', 'started_at'], ['workflow_id', 'started_at'], ['rerun_of', 'started_at']],
  listed: {
    column: 'detail',
    schema: z.custom<ListedDetail>(),
    sql: listedDetail(`t.detail->'repos'`),
    cut: listedDetail(FIRST_REPOS),
  },
  keys: ({ data }) => [data.executionId],
  on: {
    ExecutionStarted: (_, { data, recordedAt }) => ({
      execution_id: data.executionId,
      workflow_id: data.workflowId,
      workflow_name: data.workflowName,
      rerun_of: data.rerunOf?.executionId ?? null,
      status: 'running',
      asked: null,
      started_at: recordedAt,
      completed_at: null,
      completed_phases: 0,
      total_phases: data.phases.length,
      ...usageRow(NO_USAGE),
      ...takenOverRow([]),
      error_message: null,
      detail: {
        inputs: inputsWithTask(data),
        task: data.task,
        repos: data.repos,
        usage: NO_USAGE,
        unaccounted: [],
        automaticRetries: 0,
        phases: [...data.phases].sort((one, other) => one.order - other.order).map(pendingPhase),
        ...forkRow(data),
        ...(data.budget && { budget: { limits: data.budget, exceeded: [] } }),
      },
    }),

    PhasesTakenOver: (row, { data }) =>
      data.phases.reduce<ExecutionRow | undefined>(
        (before, phase) => changed(before, phase.phaseId, takenOverPhase(phase)),
        row && { ...row, ...takenOverRow(data.phases), completed_phases: data.phases.length },
      ),

    PhaseQueued: (row, { data: { phaseId, attempt, sessionId, leg } }) =>
      changed(row, phaseId, { status: 'queued', ...(leg === 1 && attemptOf(sessionId, attempt)) }),
    PhaseStarted: (row, { data: { phaseId, leg }, recordedAt }) =>
      changed(row, phaseId, { status: 'running', completedAt: null, ...(leg === 1 && { startedAt: recordedAt }) }),
    PhaseHeld: (row, { data: { phaseId } }) => changed(row, phaseId, { status: 'paused' }),
    PhaseParked: (row, { data: { phaseId } }) => changed(row, phaseId, { status: 'paused' }),
    PhaseAwaitingApproval: (row, { data, recordedAt }) =>
      settled(row, data, { status: 'waiting', completedAt: recordedAt }),
    PhaseCompleted: (row, { data, recordedAt }) => {
      const after = settled(row, data, { status: 'completed', completedAt: recordedAt });
      return after && { ...after, completed_phases: after.completed_phases + 1 };
    },
    PhaseFailed: (row, { data, recordedAt }) =>
      settled(row, data, { status: 'failed', completedAt: recordedAt, errorMessage: data.error }),
    PhaseStopped: (row, { data, recordedAt }) =>
      settled(row, data, { status: 'cancelled', completedAt: recordedAt, errorMessage: data.error ?? null }),

    ExecutionPauseRequested: (row, { data }) => row && requested(row, 'pause', data.reason),
    ExecutionCancelRequested: (row, { data }) => row && requested(row, 'cancel', data.reason),
    ExecutionPaused: (row) => row && { ...row, status: 'paused', asked: null },
    ExecutionResumed: (row) =>
      row && {
        ...row,
        status: 'running',
        asked: null,
        detail: {
          ...row.detail,
          reason: undefined,
          phases: row.detail.phases.map(running),
          ...resumedBudget(row.detail.budget),
        },
      },
    ExecutionRetried: (row, { data: { automaticRetry } }) =>
      row && {
        ...row,
        status: 'running',
        error_message: null,
        detail: {
          ...row.detail,
          retryAt: undefined,
          automaticRetries: automaticRetry ?? row.detail.automaticRetries,
        },
      },

    BudgetExceeded: (row, { data }) => row && withBudget(row, exceededBudget(row.detail.budget, data)),
    BudgetChanged: (row, { data }) => row && withBudget(row, changedBudget(row.detail.budget, data.budget)),

    ExecutionInterrupted: (row, { data: { why, sessions, retryInSeconds }, recordedAt }) =>
      row && {
        ...row,
        status: 'interrupted',
        asked: null,
        cost_complete: false,
        error_message: `interrupted: ${why}`,
        detail: {
          ...row.detail,
          usage: { ...row.detail.usage, costComplete: false },
          unaccounted: [...row.detail.unaccounted, ...sessions.map(({ sessionId }) => sessionId)],
          phases: row.detail.phases.map(interrupted(sessions)),
          ...(retryInSeconds !== undefined && { retryAt: secondsAfter(recordedAt, retryInSeconds) }),
        },
      },
    ExecutionCompleted: (row, { recordedAt }) =>
      row && { ...row, status: 'completed', asked: null, completed_at: recordedAt },
    ExecutionFailed: (row, { data, recordedAt }) =>
      row && { ...ended(row), status: 'failed', completed_at: recordedAt, error_message: data.error },
    ExecutionCancelled: (row, { recordedAt }) =>
      row && { ...ended(row), status: 'cancelled', completed_at: recordedAt },
  },
});

const changed = (row: ExecutionRow | undefined, phaseId: string, change: Partial<PhaseRow>) =>
  row && { ...row, detail: { ...row.detail, phases: withPhase(row.detail.phases, phaseId, change) } };

type Settled = Readonly<{
  phaseId: string;
  sessionId: string;
  /** The model that the agent began with; older builds did not record it. */
  model?: string | undefined;
  usage: Usage;
  artifacts: readonly { artifactId: string }[];
}>;

/** Adds the usage of an ended attempt, once: a later approval repeats it. */
function settled(row: ExecutionRow | undefined, attempt: Settled, change: Partial<PhaseRow>) {
  if (!row) return undefined;
  const { phaseId, sessionId, model, usage, artifacts } = attempt;
  const isCounted = row.detail.phases.some((phase) => phase.phaseId === phaseId && phase.status === 'waiting');
  const all = isCounted ? row.detail.usage : addUsage(row.detail.usage, usage);
  const lost = !isCounted && isUnaccounted(usage) ? [sessionId] : [];

  return {
    ...row,
    ...usageRow(all),
    detail: {
      ...row.detail,
      usage: all,
      unaccounted: [...row.detail.unaccounted, ...lost],
      phases: withPhase(row.detail.phases, phaseId, {
        ...change,
        ...(model !== undefined && { model }),
        usage: boundedUsage(usage),
        artifactIds: shownArtifactIds(row.detail.phases, phaseId, artifacts),
      }),
    },
  };
}

const requested = (row: ExecutionRow, control: 'pause' | 'cancel', reason: string | undefined) => ({
  ...row,
  asked: control,
  detail: { ...row.detail, reason },
});

/** Cancels the phases that wait for a runner or a person. */
const ended = (row: ExecutionRow): ExecutionRow => ({
  ...row,
  asked: null,
  detail: {
    ...row.detail,
    retryAt: undefined,
    phases: row.detail.phases.map((phase) => (isOpen(phase) ? { ...phase, status: 'cancelled' } : phase)),
  },
});
